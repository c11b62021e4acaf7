/* SPDX-License-Identifier: Apache-2.0
 *
 * Every fuzz target over its corpus, so that what a fuzzer once found stays found where no fuzzer
 * runs. A target aborts or traps when something is wrong; the last name told is the input.
 */
#include <check.h>
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

#define INPUT_BYTES_MAX (1 << 20)
#define PATH_MAX_BYTES  512

/* X(target, where its inputs lie); tests/fuzz/run takes the same. */
#define TARGETS(X)                              \
    X(alert, "tests/fuzz/corpus/alert")         \
    X(config, "tests/golden/config")            \
    X(config, "config/examples")                \
    X(decode, "tests/fuzz/corpus/decode")       \
    X(directory, "tests/fuzz/corpus/directory") \
    X(mapping, "tests/fuzz/corpus/mapping")     \
    X(record, "tests/fuzz/corpus/record")       \
    X(register, "tests/fuzz/corpus/register")   \
    X(time, "tests/fuzz/corpus/time")

#define DECLARE(name, directory) int fuzz_##name(const uint8_t *bytes, size_t count);
TARGETS(DECLARE)

#define ROW(name, directory) {#name, directory, fuzz_##name},
static const struct target {
    const char *name, *directory;
    int (*run)(const uint8_t *bytes, size_t count);
} targets[] = {TARGETS(ROW)};
#define TARGET_COUNT ((int)(sizeof targets / sizeof *targets))

/* A copy that has no byte to spare, so that a sanitizer sees every read beyond it. */
static void replay(const struct target *target, const char *name)
{
    char path[PATH_MAX_BYTES];
    struct buffer input = {0};
    struct fault fault = {""};
    (void)snprintf(path, sizeof path, "%s/%s", target->directory, name);
    (void)printf("%s: %s\n", target->name, path);
    (void)fflush(stdout);
    ck_assert_msg(!file_read(path, INPUT_BYTES_MAX, &input, &fault), "%s", fault.text);
    uint8_t *exact = malloc(input.bytes ? input.bytes : 1);
    if (input.bytes)
        memcpy(exact, input.at, input.bytes);
    ck_assert_int_eq(target->run(exact, input.bytes), 0);
    free(exact);
    buffer_done(&input);
}

START_TEST(each_target_takes_its_corpus)
{
    const struct target *target = &targets[_i];
    DIR *directory = opendir(target->directory);
    size_t count = 0;
    ck_assert_ptr_nonnull(directory);
    for (const struct dirent *entry; (entry = readdir(directory));)
        if (entry->d_name[0] != '.') {
            replay(target, entry->d_name);
            count++;
        }
    (void)closedir(directory);
    ck_assert_uint_ge(count, 2);
}
END_TEST

START_TEST(each_target_takes_nothing)
{
    uint8_t *nothing = calloc(1, 1);
    ck_assert_int_eq(targets[_i].run(nothing, 0), 0);
    ck_assert_int_eq(targets[_i].run(NULL, 0), 0);
    free(nothing);
}
END_TEST

static bool has_row(const char *stem, size_t bytes)
{
    for (int i = 0; i < TARGET_COUNT; i++)
        if (strlen(targets[i].name) == bytes && memcmp(targets[i].name, stem, bytes) == 0)
            return true;
    return false;
}

START_TEST(no_target_is_left_out)
{
    const char prefix[] = "fuzz_";
    DIR *directory = opendir("tests/fuzz");
    ck_assert_ptr_nonnull(directory);
    for (const struct dirent *entry; (entry = readdir(directory));) {
        const char *end = strrchr(entry->d_name, '.'), *stem = entry->d_name + sizeof prefix - 1;
        if (strncmp(entry->d_name, prefix, sizeof prefix - 1) == 0 && end && strcmp(end, ".c") == 0)
            ck_assert_msg(has_row(stem, (size_t)(end - stem)), "%s has no row", entry->d_name);
    }
    (void)closedir(directory);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fuzz");
    TCase *cases = tcase_create("fuzz");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, each_target_takes_its_corpus, 0, TARGET_COUNT);
    tcase_add_loop_test(cases, each_target_takes_nothing, 0, TARGET_COUNT);
    tcase_add_test(cases, no_target_is_left_out);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
