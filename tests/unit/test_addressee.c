/* SPDX-License-Identifier: Apache-2.0
 *
 * Whom a step is for: who is looked up and when not, what stands on record before, what is tried
 * again and what is told as missing. The directory is a file, which the record itself puts there
 * where a test wants to see that it came first.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/internal.h"
#include "config/ladder.h"
#include "delivery/addressee.h"

#define PARTITIONS 16
#define KIM        "{\"name\":\"Invented Kim\",\"phone\":\"000-0000-0001\",\"language\":\"ko-KR\"}"
#define SMITH      "{\"name\":\"Made-up Smith\",\"phone\":\"000-0000-0002\",\"language\":\"EN\"}"
#define MUTE       "{\"name\":\"Silent Park\"}"
#define LEE        "{\"name\":\"Fabled Lee\",\"relation\":\"daughter\",\"phone\":\"000-0000-0003\"}"
#define HOME \
    "{\"household\":\"H-1\",\"residents\":[" KIM "," MUTE "," SMITH "],\"contacts\":[" LEE "]}\n"
#define OF(people) "{\"household\":\"H-1\",\"residents\":[" people "]}\n"

static char path[64];
static struct clock now;
static struct config *config;
static struct config_sink rules;
static struct addressee_finder *finder;
static struct addressees found;
static struct fault fault;
static char recorded[256];
static int records;
static enum err record_says, store_says;
static const char *snapshot, *town_by_record;

static void town_write(const char *text)
{
    FILE *file = fopen(path, "we");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static enum err play_record(void *context, const struct addressee_record *record, struct fault *why)
{
    ck_assert_ptr_eq(context, &rules);
    records++;
    (void)snprintf(recorded, sizeof recorded, "%s|%s|%s|%s", record->sink, record->alert,
                   record->household, record->why);
    if (town_by_record)
        town_write(town_by_record);
    return record_says ? fault_set(why, record_says, "the disk is full") : ERR_OK;
}

static enum err play_alert(struct store *store, uint32_t partition, const char *id,
                           struct buffer *out, struct fault *why)
{
    (void)store;
    ck_assert_uint_lt(partition, PARTITIONS);
    ck_assert_str_eq(id, "a1");
    if (store_says)
        return fault_set(why, store_says, "redis is away");
    buffer_text(out, snapshot);
    return ERR_OK;
}

static void play_free(struct store *store)
{
    (void)store;
}

static enum err play_store(void *context, struct store **out, struct fault *why)
{
    static const struct store_ops ops = {.alert = play_alert, .free = play_free};
    static struct store store = {&ops};
    (void)context;
    (void)why;
    *out = &store;
    return ERR_OK;
}

static void begin(void)
{
    static const struct addressee_host host = {&rules, play_store, play_record};
    char option[128];
    struct config_errors errors = {0};
    (void)snprintf(path, sizeof path, "/tmp/anbu-addressee-%d", (int)getpid());
    (void)snprintf(option, sizeof option, "directory.file=%s", path);
    const char *const sets[] = {"directory.kind=file", option};
    ck_assert_msg(!config_load(NULL, sets, 2, &config, &errors), "%s",
                  buffer_view(&errors.text).at);
    config_errors_done(&errors);
    now = clock_by_hand(1768525200000);
    rules = (struct config_sink){
        .name = "gateway", .channels = 1u << BY_MESSAGE | 1u << BY_PHONE, .language = LANGUAGE_EN};
    records = 0;
    record_says = store_says = ERR_OK;
    snapshot = "{\"alert\":\"a1\",\"household\":\"H-1\",\"state\":\"open\"}";
    town_by_record = NULL;
    town_write(HOME);
    const struct addressee_options options = {config, &rules, &now, PARTITIONS, &host};
    ck_assert_msg(!addressee_finder_new(&options, &finder, &fault), "%s", fault.text);
}

static void end(void)
{
    addressee_finder_free(finder);
    config_free(config);
    (void)unlink(path);
}

static enum err find_for(const char *id, const char *whom)
{
    struct buffer event = {0};
    buffer_format(&event,
                  "{\"id\":\"%s\",\"data\":{\"alert\":\"a1\",\"household\":\"H-1\",\"steps\":[{"
                  "\"what\":\"step_due\",\"at\":\"2026-01-16T08:20:00+09:00\","
                  "\"channel\":\"message\",\"whom\":\"%s\"}]}}",
                  id, whom);
    fault.text[0] = '\0';
    enum err err = addressee_find(finder, buffer_view(&event), &found, &fault);
    buffer_done(&event);
    return err;
}

static void expect_lack(const char *whom, const char *lack, size_t count)
{
    ck_assert_msg(!find_for("a1.2", whom), "%s", fault.text);
    ck_assert_str_eq(addressee_lacks[found.lack], lack);
    ck_assert_uint_eq(found.count, count);
}

static void expect_found(size_t index, const char *name, const char *phone, enum language language)
{
    ck_assert_uint_lt(index, found.count);
    ck_assert_str_eq(found.at[index].name, name);
    ck_assert_str_eq(found.at[index].phone, phone);
    ck_assert_int_eq(found.at[index].language, language);
}

START_TEST(residents_with_a_telephone_are_found_each_with_a_language)
{
    expect_lack("resident", "", 2);
    expect_found(0, "Invented Kim", "000-0000-0001", LANGUAGE_KO);
    expect_found(1, "Made-up Smith", "000-0000-0002", LANGUAGE_EN);
}
END_TEST

START_TEST(who_says_no_language_is_asked_in_the_homes_or_the_sinks)
{
    expect_lack("contact_person", "", 1);
    expect_found(0, "Fabled Lee", "000-0000-0003", LANGUAGE_EN);
    rules.language = LANGUAGE_KO;
    expect_lack("contact_person", "", 1);
    expect_found(0, "Fabled Lee", "000-0000-0003", LANGUAGE_KO);
    town_write("{\"household\":\"H-1\",\"language\":\"en\",\"contacts\":[" LEE ","
               "{\"phone\":\"1\",\"language\":\"vi\"},{\"phone\":\"2\",\"language\":\"kok\"}]}\n");
    expect_lack("contact_person", "", 3);
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(found.at[i].language, LANGUAGE_EN);
    town_write("{\"household\":\"H-1\",\"language\":\"vi\",\"contacts\":[" LEE "]}\n");
    expect_lack("contact_person", "", 1);
    ck_assert_int_eq(found.at[0].language, LANGUAGE_KO); /* the sink's */
}
END_TEST

START_TEST(the_record_stands_before_the_directory_is_asked)
{
    ck_assert_int_eq(unlink(path), 0);
    town_by_record = HOME;
    expect_lack("resident", "", 2);
    ck_assert_int_eq(records, 1);
    ck_assert_str_eq(recorded, "gateway|a1|H-1|alert a1: message to resident");
}
END_TEST

START_TEST(without_a_record_nobody_is_looked_up)
{
    record_says = ERR_TOO_LARGE; /* whatever it is */
    ck_assert_int_eq(find_for("a1.2", "resident"), ERR_IO);
    ck_assert_ptr_nonnull(strstr(fault.text, "the disk is full"));
    ck_assert_uint_eq(found.count, 0);
}
END_TEST

START_TEST(officers_are_in_no_directory_and_other_events_for_nobody)
{
    expect_lack("officer", "not_of_the_home", 0);
    expect_lack("police", "not_of_the_home", 0);
    rules.channels = 1u << BY_PHONE;
    expect_lack("resident", "no_step", 0);
    ck_assert_int_eq(records, 0);
}
END_TEST

START_TEST(an_alert_that_is_over_by_now_is_a_reason_to_ask_nobody)
{
    static const char *const over[] = {"{\"state\":\"cleared\"}", "{\"state\":\"resolved\"}",
                                       "{\"state\":\"of-tomorrow\"}", "{}", "["};
    for (size_t i = 0; i < sizeof over / sizeof over[0]; i++) {
        snapshot = over[i];
        expect_lack("resident", "alert_closed", 0);
    }
    ck_assert_int_eq(records, 0);
    snapshot = "{\"household\":\"H-1\",\"state\":\"acknowledged\"}";
    expect_lack("resident", "", 2);
}
END_TEST

/* Whoever can write to the topic of alerts must not have any home looked up by some alert. */
START_TEST(an_event_that_names_another_home_than_its_alert_is_refused)
{
    static const char *const not_of_it[] = {"{\"household\":\"H-2\",\"state\":\"open\"}",
                                            "{\"household\":\"H-10\",\"state\":\"open\"}",
                                            "{\"state\":\"open\"}"};
    for (size_t i = 0; i < sizeof not_of_it / sizeof not_of_it[0]; i++) {
        snapshot = not_of_it[i];
        ck_assert_int_eq(find_for("a1.2", "resident"), ERR_INVALID);
        ck_assert_ptr_nonnull(strstr(fault.text, "another household"));
        ck_assert_uint_eq(found.count, 0);
    }
    ck_assert_int_eq(records, 0);
}
END_TEST

/* Told to try again until the last try, and each event has as many. */
static void expect_insisted(const char *lack)
{
    for (int event = 0; event < 2; event++) {
        const char *id = event ? "a1.3" : "a1.2";
        for (int i = 0; i < 4; i++) {
            ck_assert_int_eq(find_for(id, "resident"), ERR_UNREACHABLE);
            ck_assert_str_ne(fault.text, "");
        }
        ck_assert_msg(!find_for(id, "resident"), "%s", fault.text);
        ck_assert_str_eq(addressee_lacks[found.lack], lack);
    }
}

START_TEST(an_alert_that_was_erased_is_looked_for_some_times)
{
    store_says = ERR_NOT_FOUND;
    expect_insisted("alert_gone");
    ck_assert_int_eq(records, 0);
}
END_TEST

START_TEST(what_is_no_event_of_ours_is_refused_and_not_tried_for_a_day)
{
    char long_id[200];
    memset(long_id, 'a', sizeof long_id - 1);
    long_id[sizeof long_id - 1] = '\0';
    ck_assert_int_eq(find_for(long_id, "resident"), ERR_INVALID);
    ck_assert_int_eq(find_for("", "resident"), ERR_INVALID);
    store_says = ERR_INVALID; /* of an alert's id */
    ck_assert_int_eq(find_for("a1.2", "resident"), ERR_INVALID);
    ck_assert_int_eq(records, 0);
}
END_TEST

START_TEST(a_store_that_is_away_is_asked_again_for_as_long_as_it_takes)
{
    static const enum err away[] = {ERR_UNREACHABLE, ERR_TIMEOUT, ERR_DENIED, ERR_INCOMPATIBLE};
    for (int i = 0; i < 20; i++) {
        store_says = away[i % 4];
        ck_assert_int_eq(find_for("a1.2", "resident"), ERR_UNREACHABLE);
        ck_assert_ptr_nonnull(strstr(fault.text, "redis is away"));
    }
    ck_assert_int_eq(records, 0);
}
END_TEST

START_TEST(a_directory_that_is_away_is_asked_again_for_as_long_as_it_takes)
{
    ck_assert_int_eq(unlink(path), 0);
    for (int i = 0; i < 20; i++) {
        ck_assert_int_eq(find_for("a1.2", "resident"), ERR_UNREACHABLE);
        ck_assert_ptr_nonnull(strstr(fault.text, "directory"));
        now.set_ms += 10000; /* past some of its rests */
    }
    town_write(HOME);
    now.set_ms += DIRECTORY_REST_MS;
    expect_lack("resident", "", 2);
}
END_TEST

START_TEST(what_the_directory_does_not_have_is_said)
{
    town_write("{\"household\":\"H-2\"}\n");
    expect_lack("resident", "household_unknown", 0);
    town_write(OF(MUTE));
    expect_lack("resident", "no_telephone", 0);
    town_write(OF(KIM));
    expect_lack("contact_person", "no_telephone", 0);
}
END_TEST

START_TEST(an_entry_that_cannot_be_read_keeps_others_waiting_some_times)
{
    struct buffer line = {0};
    buffer_text(&line, "{\"household\":\"H-1\",\"notes\":\"");
    while (line.bytes <= DIRECTORY_BYTES_MAX)
        buffer_text(&line, "a note that is far too long, ");
    buffer_text(&line, "\"}\n");
    town_write(line.at);
    buffer_done(&line);
    expect_insisted("entry_unreadable");
}
END_TEST

START_TEST(what_was_found_can_be_wiped)
{
    static const struct addressees nobody;
    expect_lack("resident", "", 2);
    addressees_wipe(&found);
    ck_assert_mem_eq(&found, &nobody, sizeof found);
    ck_assert_int_eq(unlink(path), 0);
    expect_lack("officer", "not_of_the_home", 0);
    ck_assert_int_eq(find_for("a1.2", "resident"), ERR_UNREACHABLE);
    ck_assert_mem_eq(&found, &nobody, sizeof found);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("addressee");
    TCase *cases = tcase_create("addressee");
    tcase_add_checked_fixture(cases, begin, end);
    tcase_add_test(cases, residents_with_a_telephone_are_found_each_with_a_language);
    tcase_add_test(cases, who_says_no_language_is_asked_in_the_homes_or_the_sinks);
    tcase_add_test(cases, the_record_stands_before_the_directory_is_asked);
    tcase_add_test(cases, without_a_record_nobody_is_looked_up);
    tcase_add_test(cases, officers_are_in_no_directory_and_other_events_for_nobody);
    tcase_add_test(cases, an_alert_that_is_over_by_now_is_a_reason_to_ask_nobody);
    tcase_add_test(cases, an_event_that_names_another_home_than_its_alert_is_refused);
    tcase_add_test(cases, an_alert_that_was_erased_is_looked_for_some_times);
    tcase_add_test(cases, what_is_no_event_of_ours_is_refused_and_not_tried_for_a_day);
    tcase_add_test(cases, a_store_that_is_away_is_asked_again_for_as_long_as_it_takes);
    tcase_add_test(cases, a_directory_that_is_away_is_asked_again_for_as_long_as_it_takes);
    tcase_add_test(cases, what_the_directory_does_not_have_is_said);
    tcase_add_test(cases, an_entry_that_cannot_be_read_keeps_others_waiting_some_times);
    tcase_add_test(cases, what_was_found_can_be_wiped);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
