/* SPDX-License-Identifier: Apache-2.0 */
#include "console/certificate.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/zone.h"

#define PEM_BYTES_MAX (1024 * 1024)
#define CHAIN_MAX     16   /* certificates */
#define LOOK_MS       1000 /* the files are looked at this often */

/* What tells a file from its successor. */
struct stamp {
    dev_t device;
    ino_t inode;
    off_t bytes;
    struct timespec changed;
};

struct pair {
    struct buffer certificate, key; /* PEM */
    int64_t ends_s;                 /* of the certificate itself: the first of its chain */
};

struct certificate {
    const char *path, *key_path;
    struct pair pair;     /* in force */
    struct stamp seen[2]; /* of the files when they were last read, good or not */
    int64_t looked_ms;
    enum certificate_state told; /* in the log */
};

#define NAME(constant, name) [constant] = name,
const char *const certificate_state_names[CERTIFICATE_STATE_COUNT] = {CERTIFICATE_STATES(NAME)};

/* The library gives its callback no context. There is one door a process. */
static struct certificate *in_force;

static void pair_done(struct pair *pair)
{
    if (pair->key.at)
        explicit_bzero(pair->key.at, pair->key.room);
    buffer_done(&pair->key);
    buffer_done(&pair->certificate);
}

static gnutls_datum_t datum(const struct buffer *buffer)
{
    return (gnutls_datum_t){(unsigned char *)buffer->at, (unsigned)buffer->bytes};
}

/* Older roots of a chain may be over, and nobody minds: the first is what browsers look at. */
static int ends_of(gnutls_certificate_credentials_t credentials, int64_t *out)
{
    gnutls_x509_crt_t *chain = NULL;
    unsigned count = 0;
    int code = gnutls_certificate_get_x509_crt(credentials, 0, &chain, &count);
    if (code < 0)
        return code;
    *out = (int64_t)gnutls_x509_crt_get_expiration_time(chain[0]);
    for (unsigned i = 0; i < count; i++)
        gnutls_x509_crt_deinit(chain[i]);
    gnutls_free(chain);
    return code;
}

/* Whether a server could start with it, and for how long. */
static enum err pair_check(struct pair *pair, const char *path, const char *key_path,
                           struct fault *fault)
{
    gnutls_certificate_credentials_t credentials = NULL;
    gnutls_datum_t certificate = datum(&pair->certificate), key = datum(&pair->key);
    int code = gnutls_certificate_allocate_credentials(&credentials);
    if (code >= 0)
        code = gnutls_certificate_set_x509_key_mem(credentials, &certificate, &key,
                                                   GNUTLS_X509_FMT_PEM);
    if (code >= 0)
        code = ends_of(credentials, &pair->ends_s);
    if (credentials)
        gnutls_certificate_free_credentials(credentials);
    if (code >= 0)
        return ERR_OK;
    return fault_set(fault, ERR_CONFIG,
                     "%s, %s: %s: do console.tls_certificate and console.tls_key belong together?",
                     path, key_path, gnutls_strerror(code));
}

static enum err pair_read(const char *path, const char *key_path, struct pair *out,
                          struct fault *fault)
{
    struct pair pair = {0};
    enum err err = file_read(path, PEM_BYTES_MAX, &pair.certificate, fault);
    if (!err)
        err = file_read(key_path, PEM_BYTES_MAX, &pair.key, fault);
    if (!err)
        err = pair_check(&pair, path, key_path, fault);
    if (err)
        pair_done(&pair);
    else
        *out = pair;
    return err;
}

/* A file that is away has a stamp as well: none. */
static struct stamp stamp_of(const char *path)
{
    struct stat status;
    if (stat(path, &status) < 0)
        return (struct stamp){0};
    return (struct stamp){status.st_dev, status.st_ino, status.st_size, status.st_mtim};
}

static bool same(const struct stamp *a, const struct stamp *b)
{
    return a->device == b->device && a->inode == b->inode && a->bytes == b->bytes &&
           a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

enum err certificate_open(const char *path, const char *key_path, struct certificate **out,
                          struct fault *fault)
{
    struct certificate *certificate = memory_get(sizeof *certificate);
    certificate->path = path;
    certificate->key_path = key_path;
    certificate->seen[0] = stamp_of(path);
    certificate->seen[1] = stamp_of(key_path);
    enum err err = pair_read(path, key_path, &certificate->pair, fault);
    if (err) {
        free(certificate);
        return err;
    }
    *out = certificate;
    return ERR_OK;
}

int64_t certificate_ends_s(const struct certificate *certificate)
{
    return certificate->pair.ends_s;
}

enum certificate_state certificate_state(int64_t ends_s, int64_t now_s)
{
    return now_s >= ends_s                        ? CERTIFICATE_OVER
           : now_s >= ends_s - CERTIFICATE_SOON_S ? CERTIFICATE_SOON
                                                  : CERTIFICATE_GOOD;
}

void certificate_tell(struct certificate *certificate, int64_t now_s)
{
    enum certificate_state state = certificate_state(certificate->pair.ends_s, now_s);
    char ends[TIME_TEXT_MAX];
    if (state > certificate->told)
        log_line(state == CERTIFICATE_OVER ? LOG_ERROR : LOG_WARNING,
                 "certificate is to be renewed", "file=%s ends=%s state=\"%s\"", certificate->path,
                 time_format(certificate->pair.ends_s, 0, ends), certificate_state_names[state]);
    certificate->told = state;
}

void certificate_look(struct certificate *certificate)
{
    /* Stamps before bytes: what is written meanwhile is read at the next look. */
    const struct stamp now[2] = {stamp_of(certificate->path), stamp_of(certificate->key_path)};
    struct pair pair = {0};
    struct fault fault = {0};
    certificate->looked_ms = clock_monotonic_ms(&clock_machine);
    if (same(&now[0], &certificate->seen[0]) && same(&now[1], &certificate->seen[1]))
        return;
    memcpy(certificate->seen, now, sizeof now);
    if (pair_read(certificate->path, certificate->key_path, &pair, &fault)) {
        log_line(LOG_WARNING, "certificate is not read anew, the old one stays", "fault=\"%s\"",
                 fault.text);
        return;
    }
    pair_done(&certificate->pair);
    certificate->pair = pair;
    log_line(LOG_INFO, "certificate read anew", "file=%s", certificate->path);
}

void certificate_look_now_and_then(struct certificate *certificate)
{
    if (clock_monotonic_ms(&clock_machine) >= certificate->looked_ms + LOOK_MS)
        certificate_look(certificate);
}

/* Copies, which the library frees: a connection under way may still need those of before. */
static int give(gnutls_session_t session, const struct gnutls_cert_retr_st *info,
                gnutls_pcert_st **chain, unsigned *count, gnutls_ocsp_data_st **ocsp,
                unsigned *ocsp_count, gnutls_privkey_t *key, unsigned *flags)
{
    certificate_look_now_and_then(in_force);
    const gnutls_datum_t chain_text = datum(&in_force->pair.certificate),
                         key_text = datum(&in_force->pair.key);
    unsigned found = CHAIN_MAX;
    (void)session;
    (void)info;
    gnutls_pcert_st *copies = gnutls_calloc(CHAIN_MAX, sizeof *copies);
    gnutls_privkey_t copy = NULL;
    if (!copies ||
        gnutls_pcert_list_import_x509_raw(copies, &found, &chain_text, GNUTLS_X509_FMT_PEM, 0) < 0)
        goto failed;
    if (gnutls_privkey_init(&copy) < 0 ||
        gnutls_privkey_import_x509_raw(copy, &key_text, GNUTLS_X509_FMT_PEM, NULL, 0) < 0) {
        for (unsigned i = 0; i < found; i++)
            gnutls_pcert_deinit(&copies[i]);
        goto failed;
    }
    *chain = copies;
    *count = found;
    *ocsp = NULL;
    *ocsp_count = 0;
    *key = copy;
    *flags = GNUTLS_CERT_RETR_DEINIT_ALL;
    return 0;
failed:
    gnutls_free(copies);
    gnutls_privkey_deinit(copy);
    return -1;
}

void *certificate_callback(struct certificate *certificate)
{
    in_force = certificate;
    return (void *)(intptr_t)give;
}

void certificate_free(struct certificate *certificate)
{
    if (!certificate)
        return;
    if (in_force == certificate)
        in_force = NULL;
    pair_done(&certificate->pair);
    free(certificate);
}
