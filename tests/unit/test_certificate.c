/* SPDX-License-Identifier: Apache-2.0
 *
 * The door's certificate: until when it is good, and what becomes of it when its files change.
 */
#include "console/certificate.h"

#include <check.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOW_S  INT64_C(1768525384)
#define DAY_S  INT64_C(86400)
#define SOON_S (NOW_S + 14 * DAY_S)

static char folder[] = "/tmp/anbu-test-certificate-XXXXXX", paths[2][80];
static struct fault fault;

static void write_text(const char *path, const gnutls_datum_t *text)
{
    FILE *file = fopen(path, "we");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text->data, 1, text->size, file), text->size);
    ck_assert_int_eq(fclose(file), 0);
}

/* A certificate of its own key, in the two files; key_too: and the key. */
static void make(int64_t ends_s, bool key_too)
{
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t crt;
    gnutls_datum_t text;
    ck_assert_int_eq(gnutls_x509_privkey_init(&key), 0);
    ck_assert_int_eq(gnutls_x509_privkey_generate(
                         key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
                     0);
    ck_assert_int_eq(gnutls_x509_crt_init(&crt), 0);
    ck_assert_int_eq(gnutls_x509_crt_set_version(crt, 3), 0);
    ck_assert_int_eq(gnutls_x509_crt_set_serial(crt, "\x01", 1), 0);
    ck_assert_int_eq(gnutls_x509_crt_set_activation_time(crt, NOW_S - 90 * DAY_S), 0);
    ck_assert_int_eq(gnutls_x509_crt_set_expiration_time(crt, (time_t)ends_s), 0);
    ck_assert_int_eq(gnutls_x509_crt_set_key(crt, key), 0);
    ck_assert_int_eq(gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0), 0);
    ck_assert_int_eq(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &text), 0);
    write_text(paths[0], &text);
    gnutls_free(text.data);
    ck_assert_int_eq(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &text), 0);
    if (key_too)
        write_text(paths[1], &text);
    gnutls_free(text.data);
    gnutls_x509_crt_deinit(crt);
    gnutls_x509_privkey_deinit(key);
}

static void set_up(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(paths[0], sizeof paths[0], "%s/desk.pem", folder);
    (void)snprintf(paths[1], sizeof paths[1], "%s/desk.key", folder);
}

static void tear_down(void)
{
    (void)unlink(paths[0]);
    (void)unlink(paths[1]);
    ck_assert_int_eq(rmdir(folder), 0);
}

START_TEST(its_end_is_the_files_own)
{
    struct certificate *certificate = NULL;
    make(SOON_S, true);
    ck_assert_msg(!certificate_open(paths[0], paths[1], &certificate, &fault), "%s", fault.text);
    ck_assert_int_eq(certificate_ends_s(certificate), SOON_S);
    make(SOON_S + DAY_S, true);
    certificate_look(certificate);
    ck_assert_int_eq(certificate_ends_s(certificate), SOON_S + DAY_S);
    /* What cannot be used changes nothing. */
    make(SOON_S + 2 * DAY_S, false);
    certificate_look(certificate);
    ck_assert_int_eq(certificate_ends_s(certificate), SOON_S + DAY_S);
    ck_assert_int_eq(unlink(paths[0]), 0);
    certificate_look(certificate);
    ck_assert_int_eq(certificate_ends_s(certificate), SOON_S + DAY_S);
    certificate_free(certificate);
}
END_TEST

START_TEST(a_pair_that_does_not_belong_together_is_none)
{
    struct certificate *certificate = NULL;
    make(SOON_S, true);
    make(SOON_S, false);
    ck_assert_int_eq(certificate_open(paths[0], paths[1], &certificate, &fault), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(fault.text, "belong together"));
    ck_assert_ptr_null(certificate);
}
END_TEST

START_TEST(it_is_to_be_renewed_in_its_last_two_weeks)
{
    ck_assert_int_eq(certificate_state(SOON_S + 1, NOW_S), CERTIFICATE_GOOD);
    ck_assert_int_eq(certificate_state(SOON_S, NOW_S), CERTIFICATE_SOON);
    ck_assert_int_eq(certificate_state(NOW_S + 1, NOW_S), CERTIFICATE_SOON);
    ck_assert_int_eq(certificate_state(NOW_S, NOW_S), CERTIFICATE_OVER);
    ck_assert_int_eq(certificate_state(-1, NOW_S), CERTIFICATE_OVER);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("certificate");
    TCase *tcase = tcase_create("certificate");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, its_end_is_the_files_own);
    tcase_add_test(tcase, a_pair_that_does_not_belong_together_is_none);
    tcase_add_test(tcase, it_is_to_be_renewed_in_its_last_two_weeks);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
