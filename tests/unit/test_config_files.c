/* SPDX-License-Identifier: Apache-2.0
 *
 * The files that go with the configuration, and the registry's detectors: the sample and the manual
 * are as the tables would write them now, the examples load. Run from the top of the tree;
 * UPDATE_GOLDEN=1 writes config/anbu.yaml and docs/man/anbu.yaml.5 anew.
 */
#include <check.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "config/internal.h"

static struct config *loaded(const char *path)
{
    struct config *config = NULL;
    struct config_errors errors = {0};
    enum err err = config_load(path, NULL, 0, &config, &errors);
    ck_assert_msg(!err, "%s", buffer_view(&errors.text).at);
    config_errors_done(&errors);
    return config;
}

static void expect_fresh(const char *path, void (*write)(struct buffer *out))
{
    struct buffer now = {0}, committed = {0};
    write(&now);
    if (getenv("UPDATE_GOLDEN")) {
        FILE *file = fopen(path, "we");
        ck_assert_ptr_nonnull(file);
        ck_assert_uint_eq(fwrite(now.at, 1, now.bytes, file), now.bytes);
        ck_assert_int_eq(fclose(file), 0);
    }
    ck_assert_int_eq(file_read(path, CONFIG_BYTES_MAX, &committed, NULL), ERR_OK);
    ck_assert_msg(strcmp(now.at, buffer_view(&committed).at) == 0,
                  "%s is stale: make generated writes it anew", path);
    buffer_done(&now);
    buffer_done(&committed);
}

START_TEST(the_sample_configuration_is_fresh)
{
    expect_fresh("config/anbu.yaml", config_sample);
}
END_TEST

START_TEST(the_manual_page_is_fresh)
{
    expect_fresh("docs/man/anbu.yaml.5", config_man);
}
END_TEST

START_TEST(the_sample_configuration_sets_nothing)
{
    struct config *config = loaded("config/anbu.yaml"), *defaults = config_default();
    ck_assert_uint_eq(config_set_count(config), 0);
    ck_assert_uint_eq(config_restart_needed(defaults, config, NULL), 0);
    config_free(config);
    config_free(defaults);
}
END_TEST

START_TEST(every_example_loads_and_sets_something)
{
    glob_t found;
    setenv("KAFKA_PASSWORD", "x", 1);
    setenv("REDIS_PASSWORD", "y", 1);
    ck_assert_int_eq(glob("config/examples/*.yaml", 0, NULL, &found), 0);
    ck_assert_uint_ge(found.gl_pathc, 4);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct config *config = loaded(found.gl_pathv[i]);
        ck_assert_msg(config_set_count(config) >= 5, "%s", found.gl_pathv[i]);
        config_free(config);
    }
    globfree(&found);
}
END_TEST

START_TEST(every_row_of_a_detector_is_usable)
{
    struct config *config = config_default();
    for (size_t i = schema_count; i < config->slot_count; i++) {
        const struct slot *slot = &config->slots[i];
        const struct detector *detector = detectors[slot->detector];
        struct text name = text_of(detector->name);
        ck_assert_msg(text_equal(section_first(slot->row->name), name), "%s", slot->row->name);
        ck_assert_uint_le(slot->row->offset + value_bytes(slot->row), detector->options_bytes);
        ck_assert_msg(slot->row->help && slot->row->help[0], "%s has no help", slot->row->name);
        ck_assert_msg(slot->row->reloadable, "%s: a pure detector needs no restart",
                      slot->row->name);
        ck_assert_uint_eq(config_slot(config, text_of(slot->row->name)), i);
    }
    config_free(config);
}
END_TEST

START_TEST(every_option_has_a_variable_of_its_own)
{
    struct config *config = config_default();
    for (size_t i = 0; i < config->slot_count; i++)
        for (size_t k = 0; k < i; k++) {
            char one[CONFIG_NAME_MAX], other[CONFIG_NAME_MAX];
            environment_name(config->slots[i].row->name, one);
            environment_name(config->slots[k].row->name, other);
            ck_assert_str_ne(one, other);
        }
    config_free(config);
}
END_TEST

START_TEST(the_winter_example_tightens_in_winter)
{
    struct config *config = loaded("config/examples/winter.yaml");
    struct tuning_cache *cache = tuning_cache_new(config);
    uint32_t alone = 1u << FLAG_LIVES_ALONE, medical = 1u << FLAG_MEDICAL;
    ck_assert(tuning_for(cache, 0, TEXT(""), 1231)->in_season);
    ck_assert(!tuning_for(cache, 0, TEXT(""), 301)->in_season);
    ck_assert_double_eq(tuning_for(cache, alone, TEXT(""), 701)->acute_per_household_year, 7);
    ck_assert_double_eq(tuning_for(cache, alone | medical, TEXT(""), 701)->acute_per_household_year,
                        15);
    tuning_cache_free(cache);
    config_free(config);
}
END_TEST

static Suite *suite(void)
{
    Suite *made = suite_create("config files");
    TCase *cases = tcase_create("files");
    tcase_add_test(cases, the_sample_configuration_is_fresh);
    tcase_add_test(cases, the_manual_page_is_fresh);
    tcase_add_test(cases, the_sample_configuration_sets_nothing);
    tcase_add_test(cases, every_example_loads_and_sets_something);
    tcase_add_test(cases, every_row_of_a_detector_is_usable);
    tcase_add_test(cases, every_option_has_a_variable_of_its_own);
    tcase_add_test(cases, the_winter_example_tightens_in_winter);
    suite_add_tcase(made, cases);
    return made;
}

int main(void)
{
    struct config *config = config_default();
    for (size_t i = 0; i < config->slot_count; i++) { /* whoever runs this may have some */
        char name[CONFIG_NAME_MAX];
        environment_name(config->slots[i].row->name, name);
        (void)unsetenv(name);
    }
    config_free(config);
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
