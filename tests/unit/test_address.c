/* SPDX-License-Identifier: Apache-2.0
 *
 * Hosts without a port, and lists of them.
 */
#include "base/address.h"

#include <check.h>
#include <stdlib.h>

static bool among(const char *host, const char *list)
{
    struct address address;
    ck_assert_msg(address_host_parse(host, &address), "%s", host);
    return address_is_among(&address, list);
}

START_TEST(a_host_is_a_number)
{
    static const char *const good[] = {"127.0.0.1", "::1", "2001:db8::1", "::ffff:10.0.0.1"};
    static const char *const bad[] = {"", "localhost", "1.2.3", "1.2.3.4:80", "[::1]", "1.2.3.4 "};
    struct address address;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        ck_assert_msg(address_host_parse(good[i], &address), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!address_host_parse(bad[i], &address), "%s", bad[i]);
}
END_TEST

START_TEST(a_list_has_addresses_and_networks)
{
    static const char *const good[] = {"127.0.0.1", "127.0.0.1,::1", "10.0.0.0/8,fd00::/8",
                                       "0.0.0.0/0"};
    static const char *const bad[] = {"",           ",",      "127.0.0.1,", "10.0.0.0/33",
                                      "10.0.0.0/",  "::/129", "proxy",      "10.0.0.0/8 ,::1",
                                      "10.0.0.0/-1"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        ck_assert_msg(address_list_fits(good[i]), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!address_list_fits(bad[i]), "%s", bad[i]);
}
END_TEST

START_TEST(a_host_is_within_its_network_alone)
{
    ck_assert(among("10.255.0.9", "192.0.2.1,10.0.0.0/8"));
    ck_assert(!among("11.0.0.1", "192.0.2.1,10.0.0.0/8"));
    ck_assert(among("192.0.2.1", "192.0.2.1,10.0.0.0/8"));
    ck_assert(!among("192.0.2.2", "192.0.2.1,10.0.0.0/8"));
    ck_assert(among("192.0.2.129", "192.0.2.128/25") && !among("192.0.2.127", "192.0.2.128/25"));
    ck_assert(among("::ffff:10.0.0.1", "10.0.0.0/8")); /* a socket of both kinds has it so */
    ck_assert(!among("::1", "127.0.0.1") && !among("127.0.0.1", "::1"));
    ck_assert(among("fd00:1::2", "fd00::/8") && !among("fe00::", "fd00::/8"));
    ck_assert(!among("2001:db8::1", "0.0.0.0/0") && among("8.8.8.8", "0.0.0.0/0"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("address");
    TCase *tcase = tcase_create("address");
    tcase_add_test(tcase, a_host_is_a_number);
    tcase_add_test(tcase, a_list_has_addresses_and_networks);
    tcase_add_test(tcase, a_host_is_within_its_network_alone);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
