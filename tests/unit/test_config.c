/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration with two small detectors of the test's own. Run from the top of the tree;
 * UPDATE_GOLDEN=1 rewrites tests/golden/config/NAME.errors.
 */
#include <check.h>
#include <glob.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "config/internal.h"
#include "config/suggest.h"

struct watch_options {
    double level;
    int64_t window_s, room, count;
    bool strict;
    int mode;
    char note[OPTION_TEXT_MAX];
};
static const char *const modes[] = {"calm", "keen", NULL};
static const struct option watch_rows[] = {
    {"watch.level", OPTION_NUMBER, "nats", "7.5", 0.5, 40, NULL, true,
     offsetof(struct watch_options, level), "Evidence that makes a finding.", NULL, NULL,
     LEVER_NONE, 0},
    {"watch.window", OPTION_DURATION, NULL, "24h", 3600, 604800, NULL, true,
     offsetof(struct watch_options, window_s), "How far back it looks.", NULL, NULL, LEVER_NONE, 0},
    {"watch.room", OPTION_BYTES, NULL, "64k", 512, 1 << 30, NULL, true,
     offsetof(struct watch_options, room), "Room.", NULL, NULL, LEVER_NONE, 0},
    {"watch.count", OPTION_INT, NULL, "-3", -10, 10, NULL, true,
     offsetof(struct watch_options, count), "A count.", NULL, NULL, LEVER_NONE, 0},
    {"watch.strict", OPTION_BOOL, NULL, "false", 0, 0, NULL, true,
     offsetof(struct watch_options, strict), "Takes no excuses.", NULL, NULL, LEVER_NONE, 0},
    {"watch.mode", OPTION_CHOICE, NULL, "calm", 0, 0, modes, true,
     offsetof(struct watch_options, mode), "Temper.", NULL, NULL, LEVER_NONE, 0},
    {"watch.note", OPTION_TEXT, NULL, "", 0, 0, NULL, true, offsetof(struct watch_options, note),
     "A note.", NULL, NULL, LEVER_NONE, 0},
};
static const struct detector watch = {
    .name = "watch",
    .summary = "Watches for the test.",
    .options = watch_rows,
    .option_count = sizeof watch_rows / sizeof watch_rows[0],
    .options_bytes = sizeof(struct watch_options),
};

struct care_options {
    int64_t months, grave;
};
static const struct option care_rows[] = {
    {"care.months", OPTION_INT, "months", "3", 1, 24, NULL, true,
     offsetof(struct care_options, months), "Months unpaid that count.", "care.grave", NULL,
     LEVER_NONE, 0},
    {"care.grave", OPTION_INT, "months", "6", 1, 48, NULL, true,
     offsetof(struct care_options, grave), "Months unpaid that are grave.", NULL, NULL, LEVER_NONE,
     0},
};
static const struct detector care = {
    .name = "care",
    .summary = "Cares for the test.",
    .options = care_rows,
    .option_count = 2,
    .options_bytes = sizeof(struct care_options),
};
static const struct detector *const list[] = {&watch, &care};

#define TEXT_OF(yaml)                           \
    (struct config_input)                       \
    {                                           \
        .path = "anbu.yaml", .text = TEXT(yaml) \
    }

/* The errors, or NULL and a configuration. */
static char *refused(struct config_input input, struct config **out)
{
    struct config_errors errors = {0};
    enum err err = config_read(list, 2, &input, out, &errors);
    ck_assert_int_eq(err, errors.count ? ERR_CONFIG : ERR_OK);
    char *text = errors.count ? memory_text(buffer_view(&errors.text)) : NULL;
    config_errors_done(&errors);
    return text;
}

static struct config *loaded(struct config_input input)
{
    struct config *config = NULL;
    char *errors = refused(input, &config);
    ck_assert_msg(!errors, "%s", errors);
    ck_assert_ptr_nonnull(config);
    return config;
}

static struct config *from_text(const char *yaml)
{
    return loaded((struct config_input){.path = "anbu.yaml", .text = text_of(yaml)});
}

static void expect_errors(const char *yaml, const char *const *sets, size_t set_count,
                          const char *expected)
{
    struct config *config = NULL;
    struct config_input input = {.path = "anbu.yaml",
                                 .text = text_of(yaml),
                                 .sets = sets,
                                 .set_count = set_count,
                                 .environment = true};
    char *errors = refused(input, &config);
    ck_assert_msg(errors, "no error for: %s", yaml);
    ck_assert_str_eq(errors, expected);
    ck_assert_ptr_null(config);
    free(errors);
}

static enum err played_one(const struct config_pair *property, struct fault *why)
{
    if (strcmp(property->value, "bad") == 0)
        return fault_set(why, ERR_CONFIG, "'%s' will not do", property->value);
    return ERR_OK;
}

static enum err played_together(const struct config_pair *properties, size_t count,
                                struct fault *why)
{
    return count < 2 ? ERR_OK : fault_set(why, ERR_CONFIG, "no %s", properties[1].name);
}

static const struct config_kafka played_kafka = {played_one, played_together};

/* All at once, each at its place; what librdkafka says of a secret is not repeated. */
START_TEST(properties_are_judged_by_who_knows_them)
{
    static const char yaml[] = "kafka:\n  properties:\n    one: bad\n    sasl.password: env:BAD\n"
                               "    two: bad\nredis: {adress: x}\n";
    static const char *const sets[] = {"kafka.properties.three=bad"};
    struct config *config = NULL;
    struct config_input input = {.path = "anbu.yaml",
                                 .text = TEXT(yaml),
                                 .sets = sets,
                                 .set_count = 1,
                                 .kafka = &played_kafka};
    ck_assert_int_eq(setenv("BAD", "bad", 1), 0);
    char *errors = refused(input, &config);
    ck_assert_str_eq(errors, "anbu.yaml:3:10: kafka.properties.one: 'bad' will not do\n"
                             "anbu.yaml:4:20: kafka.properties.sasl.password: librdkafka does not "
                             "take it\n"
                             "anbu.yaml:5:10: kafka.properties.two: 'bad' will not do\n"
                             "anbu.yaml:6:9: redis.adress: no such option; did you mean "
                             "redis.address?\n"
                             "--set kafka.properties.three: 'bad' will not do\n");
    free(errors);
    input = (struct config_input){.path = "anbu.yaml",
                                  .text = TEXT("kafka:\n  properties: {one: a, two: b}\n"),
                                  .kafka = &played_kafka};
    errors = refused(input, &config);
    ck_assert_str_eq(errors, "anbu.yaml:2:3: kafka.properties: no two\n");
    free(errors);
}
END_TEST

static char *shown_value(const struct config *config, const char *name, const char *key)
{
    struct buffer text = {0};
    char *value = NULL;
    config_show_json(config, &text);
    json_t *rows = json_loads(text.at, 0, NULL), *row;
    size_t i;
    ck_assert_ptr_nonnull(rows);
    json_array_foreach(rows, i,
                       row) if (strcmp(json_string_value(json_object_get(row, "name")), name) == 0)
        value = strdup(json_string_value(json_object_get(row, key)));
    json_decref(rows);
    buffer_done(&text);
    return value;
}

static void expect_shown(const struct config *config, const char *name, const char *value,
                         const char *from)
{
    char *got = shown_value(config, name, "value"), *got_from = shown_value(config, name, "from");
    ck_assert_msg(got, "%s is not shown", name);
    ck_assert_str_eq(got, value);
    ck_assert_str_eq(got_from, from);
    free(got);
    free(got_from);
}

START_TEST(every_member_of_settings_has_a_row)
{
    static unsigned char covered[sizeof(struct settings)];
    for (size_t i = 0; i < schema_count; i++)
        for (size_t j = 0; j < value_bytes(&schema[i]); j++) {
            ck_assert_msg(!covered[schema[i].offset + j], "%s overlaps", schema[i].name);
            covered[schema[i].offset + j] = 1;
        }
    /* Padding is shorter than an int64_t and comes after a bool or int alone. */
    for (size_t i = 0, run = 0; i < sizeof covered; i++) {
        run = covered[i] ? 0 : run + 1;
        ck_assert_msg(run < 8, "settings byte %zu has no row", i);
    }
}
END_TEST

START_TEST(rows_are_complete_and_sections_stand_together)
{
    struct config *config = from_text("");
    for (size_t i = 0; i < schema_count; i++) {
        const struct option *row = &schema[i];
        size_t n = strlen(row->help);
        ck_assert_msg(n > 0 && n < 100 && row->help[n - 1] == '.', "help of %s", row->name);
        ck_assert_ptr_nonnull(section_help(config, section_first(row->name)));
        for (size_t j = 0; j < i; j++) {
            ck_assert_str_ne(schema[j].name, row->name);
            if (text_equal(section_first(schema[j].name), section_first(row->name)))
                ck_assert(text_equal(section_first(schema[i - 1].name), section_first(row->name)));
        }
    }
    config_free(config);
}
END_TEST

START_TEST(an_empty_file_gives_the_documented_defaults)
{
    struct config *config = from_text("# nothing\n");
    const struct settings *settings = config_settings(config);
    size_t count;
    ck_assert_str_eq(settings->kafka.brokers, "127.0.0.1:9092");
    ck_assert_str_eq(settings->kafka.group, "anbu");
    ck_assert_str_eq(settings->kafka.readings, "anbu.readings");
    ck_assert_str_eq(settings->kafka.dead_letters, "anbu.dead-letters");
    ck_assert_str_eq(config_partitioners[settings->kafka.partitioner], "murmur2_random");
    ck_assert_int_eq(settings->kafka.start, KAFKA_START_EARLIEST);
    ck_assert_str_eq(settings->redis.address, "tcp:127.0.0.1:6379");
    ck_assert_int_eq(settings->redis.timeout_s, 5);
    ck_assert_int_eq(settings->daemon.cache_bytes, 256 << 20);
    ck_assert_int_eq(settings->daemon.flush_interval_s, 5);
    ck_assert_str_eq(settings->daemon.data_dir, "/var/lib/anbu");
    ck_assert_int_eq(settings->daemon.takeover_grace_s, 60);
    ck_assert_int_eq(settings->ingest.settle_s, 600);
    ck_assert_int_eq(settings->ingest.in_future_s, 900);
    ck_assert_int_eq(settings->ingest.max_age_s, 48 * 3600);
    ck_assert_double_eq(settings->budget.acute_per_household_year, 6);
    ck_assert_int_eq(settings->alerts.ack_expiry_s, 4 * 3600);
    ck_assert_int_eq(settings->alerts.escalate_critical_s, 600);
    ck_assert_int_eq(settings->alerts.escalations_max, 3);
    ck_assert(!settings->delivery.screen);
    (void)config_enrolment(config, &count);
    ck_assert_uint_eq(count, 0);
    ck_assert_uint_eq(config_set_count(config), 0);
    expect_shown(config, "watch.level", "7.5", "default");
    config_free(config);

    config = loaded((struct config_input){0}); /* no file */
    ck_assert_uint_eq(config_set_count(config), 0);
    config_free(config);
}
END_TEST

START_TEST(every_type_of_value_is_read)
{
    struct config *config = from_text("daemon: {workers: 3, cache: 1G, log_level: debug}\n"
                                      "delivery: {screen: true}\n"
                                      "ingest: {settle: 90s, max_age: 7d, timezone: Asia/Seoul}\n"
                                      "budget.acute_per_household_year: 0.5\n"
                                      "redis: {user: , prefix: 'one:'}\n"
                                      "watch: {count: -7, room: 512, mode: keen, note: 서울}\n");
    const struct settings *settings = config_settings(config);
    const struct watch_options *options = config->options[0];
    ck_assert_int_eq(settings->daemon.workers, 3);
    ck_assert_int_eq(settings->daemon.cache_bytes, INT64_C(1) << 30);
    ck_assert_int_eq(settings->daemon.log_level, 3);
    ck_assert(settings->delivery.screen);
    ck_assert_int_eq(settings->ingest.settle_s, 90);
    ck_assert_int_eq(settings->ingest.max_age_s, 604800);
    ck_assert_str_eq(settings->ingest.timezone, "Asia/Seoul");
    ck_assert_double_eq(settings->budget.acute_per_household_year, 0.5);
    ck_assert_str_eq(settings->redis.prefix, "one:");
    ck_assert_int_eq(options->count, -7);
    ck_assert_int_eq(options->room, 512);
    ck_assert_int_eq(options->mode, 1);
    ck_assert_str_eq(options->note, "서울");
    ck_assert_double_eq(options->level, 7.5);
    expect_shown(config, "budget.acute_per_household_year", "0.5", "anbu.yaml:4");
    expect_shown(config, "ingest.settle", "90s", "anbu.yaml:3");
    ck_assert_uint_eq(config_set_count(config), 14);
    config_free(config);
}
END_TEST

START_TEST(every_hostile_file_is_refused_with_the_written_words)
{
    glob_t found;
    bool update = getenv("UPDATE_GOLDEN") != NULL;
    ck_assert_int_eq(glob("tests/golden/config/*.yaml", 0, NULL, &found), 0);
    ck_assert_uint_ge(found.gl_pathc, 10);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char golden[256];
        struct buffer expected = {0};
        struct config *config = NULL;
        int stem = (int)(strlen(found.gl_pathv[i]) - strlen(".yaml"));
        (void)snprintf(golden, sizeof golden, "%.*s.errors", stem, found.gl_pathv[i]);
        char *errors = refused((struct config_input){.path = found.gl_pathv[i]}, &config);
        ck_assert_msg(errors, "%s is accepted", found.gl_pathv[i]);
        if (update) {
            FILE *file = fopen(golden, "we");
            ck_assert_ptr_nonnull(file);
            ck_assert_int_ge(fputs(errors, file), 0);
            ck_assert_int_eq(fclose(file), 0);
        }
        ck_assert_int_eq(file_read(golden, 65536, &expected, NULL), ERR_OK);
        ck_assert_str_eq(errors, expected.at);
        buffer_done(&expected);
        free(errors);
    }
    globfree(&found);
}
END_TEST

START_TEST(bytes_that_are_no_text_are_refused_with_their_place)
{
    expect_errors("kafka:\n  group: \xff\xfe\n", NULL, 0,
                  "anbu.yaml:2:10: invalid leading UTF-8 octet (the file must be UTF-8 text)\n");
    expect_errors("kafka: {group: \"a\\0b\"}\n", NULL, 0,
                  "anbu.yaml:1:16: a value with a NUL byte\n");
    expect_errors("kafka: {group: \"a\\nb\\e[31m\"}\n", NULL, 0,
                  "anbu.yaml:1:16: kafka.group: has a line break or control character (one line of "
                  "text)\n");
    expect_errors("\"k\\e[31m\": 1\n", NULL, 0,
                  "anbu.yaml:1:1: k?[31m: no such option (anbuctl sample-config lists all)\n");
}
END_TEST

START_TEST(a_file_that_is_not_there_or_too_long_is_told)
{
    struct config *config = NULL;
    struct buffer big = {0};
    char *errors = refused((struct config_input){.path = "tests/no-such.yaml"}, &config);
    ck_assert_str_eq(errors, "tests/no-such.yaml: No such file or directory\n");
    free(errors);
    while (big.bytes <= CONFIG_BYTES_MAX)
        buffer_text(&big, "# filling\n");
    errors = refused((struct config_input){.path = "big.yaml", .text = buffer_view(&big)}, &config);
    ck_assert_str_eq(errors, "big.yaml: longer than 1048576 bytes\n");
    free(errors);
    buffer_done(&big);
}
END_TEST

START_TEST(a_flood_of_errors_is_counted_but_not_all_told)
{
    struct config *config = NULL;
    struct buffer text = {0};
    for (int i = 0; i < 30000; i++)
        buffer_format(&text, "kafka%d: 1\n", i);
    char *errors =
        refused((struct config_input){.path = "anbu.yaml", .text = buffer_view(&text)}, &config);
    ck_assert_ptr_nonnull(strstr(errors, "\n... and 29900 more\n"));
    free(errors);
    buffer_done(&text);
}
END_TEST

START_TEST(the_command_line_wins_over_environment_over_file_over_default)
{
    static const char *const sets[] = {"kafka.group=three", "watch.level=9",
                                       "kafka.properties.security.protocol=SSL"};
    struct config_input input = TEXT_OF("kafka: {group: one, brokers: 'a:1', start: latest}\n");
    input.environment = true;
    input.sets = sets;
    input.set_count = 3;
    setenv("ANBU_KAFKA_GROUP", "two", 1);
    setenv("ANBU_KAFKA_BROKERS", "b:2", 1);
    setenv("ANBU_KAFKA_TOPICS_DEAD_LETTERS", "dead", 1);
    setenv("ANBU_REDIS_ADDRESS", "", 1);
    struct config *config = loaded(input);
    expect_shown(config, "kafka.group", "three", "--set");
    expect_shown(config, "kafka.brokers", "b:2", "environment");
    expect_shown(config, "kafka.topics.dead_letters", "dead", "environment");
    expect_shown(config, "kafka.start", "latest", "anbu.yaml:1");
    expect_shown(config, "redis.address", "tcp:127.0.0.1:6379", "default");
    expect_shown(config, "watch.level", "9", "--set");
    expect_shown(config, "kafka.properties.security.protocol", "SSL", "--set");
    config_free(config);
}
END_TEST

START_TEST(what_the_daemon_brings_along_is_shown_as_such)
{
    struct config *config = from_text("redis: {address: 'tcp:a:1', user: anbu}\n");
    struct config *next = from_text("redis: {address: 'tcp:b:2', user: anbu}\n");
    struct config *both[] = {config, next};
    struct buffer names = {0};
    for (int i = 0; i < 2; i++) {
        config_embed(both[i], "redis.address", "unix:/run/redis.sock");
        config_embed(both[i], "redis.password", "");
    }
    expect_shown(config, "redis.address", "unix:/run/redis.sock", "embedded");
    expect_shown(config, "redis.password", "(not set)", "embedded");
    expect_shown(config, "redis.user", "anbu", "anbu.yaml:1");
    ck_assert_str_eq(config_settings(config)->redis.address, "unix:/run/redis.sock");
    ck_assert_uint_eq(config_restart_needed(config, next, &names), 0);
    buffer_done(&names);
    config_free(config);
    config_free(next);
}
END_TEST

START_TEST(detectors_options_have_variables_too)
{
    struct config_input input = TEXT_OF("watch.level: 3\n");
    input.environment = true;
    setenv("ANBU_WATCH_LEVEL", "11", 1);
    setenv("ANBU_CARE_GRAVE", "9", 1);
    struct config *config = loaded(input);
    expect_shown(config, "watch.level", "11", "environment");
    expect_shown(config, "care.grave", "9", "environment");
    config_free(config);
}
END_TEST

/* Warned about, since other programs put names there as well; not when a secret is in it. */
START_TEST(a_variable_that_is_no_options_is_warned_about_with_the_nearest)
{
    static const char *const sets[] = {"kafka.properties.sasl.password=env:ANBU_SASL"};
    struct config_errors errors = {0};
    struct config *config = NULL;
    struct config_input input = TEXT_OF("redis.password: env:ANBU_REDIS_PASS\n");
    input.environment = true;
    input.sets = sets;
    input.set_count = 1;
    (void)clearenv();
    setenv("ANBU_KAFKA_BROKER", "b:2", 1);
    setenv("ANBU_REDIS_PASS", "x", 1);
    setenv("ANBU_SASL", "x", 1);
    setenv("ANBU_SOCKET", "/s", 1);
    setenv("ANBU_PORT_6379_TCP", "x", 1);
    setenv("ANBU_DAEMON_BATCH", "7", 1);
    setenv("ANBUKAFKA", "x", 1);
    ck_assert_int_eq(config_read(list, 2, &input, &config, &errors), ERR_OK);
    ck_assert_uint_eq(errors.count, 0);
    ck_assert_str_eq(buffer_view(&errors.warnings).at,
                     "ANBU_KAFKA_BROKER: no option has this variable; did you mean "
                     "ANBU_KAFKA_BROKERS?\n"
                     "ANBU_PORT_6379_TCP: no option has this variable\n");
    config_errors_done(&errors);
    config_free(config);
}
END_TEST

START_TEST(errors_outside_the_file_name_the_variable_or_argument)
{
    static const char *const sets[] = {"budget.acute_per_household_year=six", "daemon.cache",
                                       "kafka.broker=x", "profiles.medical.watch.level=3",
                                       "redis.password=hunter2"};
    setenv("ANBU_DAEMON_WORKERS", "many", 1);
    expect_errors(
        "daemon: {cache: 1}\n", sets, 5,
        "anbu.yaml:1:17: daemon.cache: '1' is too small (4M to 1T)\n"
        "ANBU_DAEMON_WORKERS: 'many' is not a whole number (0 to 256)\n"
        "--set budget.acute_per_household_year: 'six' is not a number (0.1 to 100)\n"
        "--set daemon.cache: write --set KEY=VALUE, as --set daemon.cache=512M\n"
        "--set kafka.broker: no such option; did you mean kafka.brokers?\n"
        "--set profiles.medical.watch.level: is set in the file only\n"
        "--set redis.password: a secret does not stand here itself (write file:/PATH or env:NAME, "
        "and keep the secret there)\n");
}
END_TEST

START_TEST(a_secret_comes_from_a_file_or_the_environment_and_is_never_shown)
{
    char path[] = "/tmp/anbu-test-secret-XXXXXX";
    char yaml[256];
    struct buffer shown = {0};
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "hunter2\n", 8), 8);
    ck_assert_int_eq(close(fd), 0);
    setenv("TEST_SASL", "swordfish", 1);
    (void)snprintf(yaml, sizeof yaml,
                   "redis: {password: 'file:%s'}\n"
                   "kafka: {properties: {sasl.password: 'env:TEST_SASL', client.rack: a}}\n",
                   path);
    struct config *config = from_text(yaml);
    size_t count;
    const struct config_pair *pairs = config_kafka_properties(config, &count);
    ck_assert_str_eq(config_settings(config)->redis.password, "hunter2");
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(pairs[0].name, "sasl.password");
    ck_assert_str_eq(pairs[0].value, "swordfish");
    expect_shown(config, "redis.password", "(set)", "anbu.yaml:1");
    expect_shown(config, "kafka.properties.sasl.password", "(set)", "anbu.yaml:2");
    expect_shown(config, "kafka.properties.client.rack", "a", "anbu.yaml:2");
    config_show(config, &shown);
    config_show_json(config, &shown);
    ck_assert_ptr_null(strstr(shown.at, "hunter2"));
    ck_assert_ptr_null(strstr(shown.at, "swordfish"));
    buffer_done(&shown);
    config_free(config);
    config = from_text("");
    expect_shown(config, "redis.password", "(not set)", "default");
    config_free(config);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

static const char layered[] = "budget: {acute_per_household_year: 6}\n"
                              "watch: {level: 10}\n"
                              "areas:\n"
                              "  11140-sindang: {watch: {mode: keen, level: 4}}\n"
                              "seasons:\n"
                              "  winter: {from: 11-15, to: 02-29, watch: {level: 5},\n"
                              "           budget: {acute_per_household_year: 9}}\n"
                              "  christmas: {from: 12-24, to: 12-26, watch.level: 6}\n"
                              "profiles:\n"
                              "  lives_alone: {watch: {level: 8, window: 12h}}\n"
                              "  medical: {watch: {level: 7}, care: {months: 1}}\n";
#define ALONE   (1u << FLAG_LIVES_ALONE)
#define MEDICAL (1u << FLAG_MEDICAL)

static void expect_tuning(struct tuning_cache *cache, uint32_t flags, const char *area,
                          unsigned month_day, double level, double budget, bool season)
{
    const struct tuning *tuning = tuning_for(cache, flags, text_of(area), month_day);
    const struct watch_options *options = tuning->options[0];
    ck_assert_msg(options->level == level, "level %g at %u, not %g", options->level, month_day,
                  level);
    ck_assert_double_eq(tuning->acute_per_household_year, budget);
    ck_assert_int_eq(tuning->in_season, season);
}

START_TEST(profiles_then_seasons_then_areas_layer_over_the_defaults)
{
    struct config *config = from_text(layered);
    struct tuning_cache *cache = tuning_cache_new(config);
    expect_tuning(cache, 0, "elsewhere", 601, 10, 6, false);
    expect_tuning(cache, ALONE, "", 601, 8, 6, false);
    expect_tuning(cache, ALONE | MEDICAL, "", 601, 7, 6, false); /* the later one */
    expect_tuning(cache, 1u << FLAG_CHILDREN, "", 601, 10, 6, false);
    expect_tuning(cache, ALONE | MEDICAL, "", 1201, 5, 9, true);
    expect_tuning(cache, 0, "", 1225, 6, 9, true);
    expect_tuning(cache, ALONE, "11140-sindang", 1225, 4, 9, true);
    expect_tuning(cache, 0, "11140-sindang", 601, 4, 6, false);
    const struct tuning *tuning = tuning_for(cache, ALONE | MEDICAL, TEXT("11140-sindang"), 601);
    const struct watch_options *options = tuning->options[0];
    ck_assert_int_eq(options->mode, 1);
    ck_assert_int_eq(options->window_s, 12 * 3600);
    ck_assert_int_eq(((const struct care_options *)tuning->options[1])->months, 1);
    tuning_cache_free(cache);
    config_free(config);
}
END_TEST

START_TEST(a_season_may_run_over_new_year_and_includes_both_its_days)
{
    static const struct {
        unsigned month_day;
        bool in;
    } days[] = {{1114, false}, {1115, true}, {1231, true}, {101, true},
                {228, true},   {229, true},  {301, false}, {701, false}};
    struct config *config = from_text("seasons: {winter: {from: 11-15, to: 02-29}}\n");
    struct tuning_cache *cache = tuning_cache_new(config);
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++)
        ck_assert_int_eq(tuning_for(cache, 0, TEXT(""), days[i].month_day)->in_season, days[i].in);
    tuning_cache_free(cache);
    config_free(config);
}
END_TEST

START_TEST(tunings_stay_right_when_there_are_more_than_the_cache_keeps)
{
    struct buffer yaml = {0};
    buffer_text(&yaml, "profiles:\n  medical: {care: {months: 2}}\nareas:\n");
    for (int i = 0; i < 3000; i++)
        buffer_format(&yaml, "  area-%d: {watch: {count: %d}}\n", i, i % 21 - 10);
    struct config *config = from_text(yaml.at);
    struct tuning_cache *cache = tuning_cache_new(config);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 6000; i++) {
            char area[32];
            (void)snprintf(area, sizeof area, "area-%d", i % 3000);
            const struct tuning *tuning =
                tuning_for(cache, i < 3000 ? MEDICAL : ALONE, text_of(area), 601);
            const struct watch_options *options = tuning->options[0];
            const struct care_options *cares = tuning->options[1];
            ck_assert_int_eq(options->count, i % 3000 % 21 - 10);
            ck_assert_int_eq(cares->months, i < 3000 ? 2 : 3);
        }
    tuning_cache_free(cache);
    config_free(config);
    buffer_done(&yaml);
}
END_TEST

START_TEST(only_what_needs_a_restart_is_named)
{
    struct config *now = from_text("kafka: {group: a, properties: {client.rack: x}}\n");
    struct config *same = from_text("kafka: {group: a, properties: {client.rack: x}}\n"
                                    "ingest: {settle: 1m}\nwatch: {level: 9}\n");
    struct config *next = from_text("kafka: {group: b, properties: {client.rack: y}}\n"
                                    "daemon: {workers: 2}\n");
    struct buffer out = {0};
    ck_assert_uint_eq(config_restart_needed(now, same, &out), 0);
    ck_assert_uint_eq(out.bytes, 0);
    ck_assert_uint_eq(config_restart_needed(now, next, &out), 3);
    ck_assert_str_eq(out.at, "kafka.group\ndaemon.workers\nkafka.properties\n");
    buffer_done(&out);
    config_free(now);
    config_free(same);
    config_free(next);
}
END_TEST

START_TEST(enrolment_and_fields_are_read_in_order)
{
    struct config *config = from_text("enrolment:\n"
                                      "  - {flags: [lives_alone, consent]}\n"
                                      "  - arrears: true\n"
                                      "    detectors: [care]\n"
                                      "fields: {household: premiseId, value: reading.kwh}\n");
    size_t rows, fields;
    const struct enrolment *row = config_enrolment(config, &rows);
    const struct field_mapping *field = config_fields(config, &fields);
    ck_assert_uint_eq(rows, 2);
    ck_assert_uint_eq(row[0].flags, ALONE | 1u << FLAG_CONSENT);
    ck_assert_uint_eq(row[0].detectors, 3);
    ck_assert(!row[0].arrears);
    ck_assert_uint_eq(row[1].flags, 0);
    ck_assert_uint_eq(row[1].detectors, 2);
    ck_assert(row[1].arrears);
    ck_assert_uint_eq(fields, 2);
    ck_assert_str_eq(field[1].ours, "value");
    ck_assert_str_eq(field[1].theirs, "reading.kwh");
    expect_shown(config, "enrolment[2]", "arrears: true, detectors: [care]", "anbu.yaml:3");
    expect_shown(config, "fields.value", "reading.kwh", "anbu.yaml:5");
    config_free(config);
}
END_TEST

START_TEST(show_tells_layers_with_their_lines)
{
    struct config *config = from_text(layered);
    struct buffer text = {0};
    expect_shown(config, "profiles.medical.care.months", "1", "anbu.yaml:11");
    expect_shown(config, "seasons.winter", "11-15 to 02-29", "anbu.yaml:6");
    expect_shown(config, "seasons.winter.budget.acute_per_household_year", "9", "anbu.yaml:7");
    expect_shown(config, "areas.11140-sindang.watch.mode", "keen", "anbu.yaml:4");
    config_show(config, &text);
    ck_assert_ptr_nonnull(strstr(text.at, "\nredis.user "));
    ck_assert_ptr_nonnull(strstr(text.at, " \"\" "));
    ck_assert_ptr_nonnull(strstr(text.at, " 10 nats "));
    buffer_done(&text);
    config_free(config);
}
END_TEST

START_TEST(the_nearest_name_is_suggested_and_a_far_one_is_not)
{
    static const char *const names[] = {"lives_alone", "medical", "consent"};
    char out[SUGGEST_TEXT_MAX];
    ck_assert_uint_eq(edit_distance(TEXT("brokers"), TEXT("brokers")), 0);
    ck_assert_uint_eq(edit_distance(TEXT("broekrs"), TEXT("brokers")), 1);
    ck_assert_uint_eq(edit_distance(TEXT("kitten"), TEXT("sitting")), 3);
    ck_assert_uint_eq(edit_distance(TEXT(""), TEXT("abc")), 3);
    ck_assert_str_eq(suggest_text(TEXT("live_alone"), names, 3, out),
                     "; did you mean lives_alone?");
    ck_assert_str_eq(suggest_text(TEXT("cat"), names, 3, out), "");
    ck_assert_str_eq(suggest_text(TEXT(""), names, 3, out), "");
}
END_TEST

/* Lines whose '#' hides a setting, uncovered. */
static char *uncovered(const char *sample, bool rows_alone)
{
    struct buffer out = {0};
    for (const char *line = sample; *line;) {
        size_t bytes = strcspn(line, "\n") + 1;
        size_t blanks = strspn(line, " ");
        const char *hash = line + blanks;
        bool prose = hash[0] == '#' && hash[1] == ' ' && hash[2] != ' ';
        bool example = blanks == 0 || hash[1] == ' ' || strncmp(hash, "#properties", 11) == 0;
        if (hash[0] == '#' && hash[1] != '\n' && !prose && !(rows_alone && example)) {
            buffer_add(&out, line, blanks);
            buffer_add(&out, hash + 1, bytes - blanks - 1);
        } else {
            buffer_add(&out, line, bytes);
        }
        line += bytes;
    }
    return out.at;
}

START_TEST(the_sample_sets_nothing_and_uncovered_it_sets_the_defaults)
{
    struct buffer sample = {0};
    struct config *defaults = from_text(""), *other;
    sample_write(defaults, &sample);
    other = from_text(sample.at);
    ck_assert_uint_eq(config_set_count(other), 0);
    config_free(other);

    char *rows = uncovered(sample.at, true);
    other = from_text(rows);
    for (size_t i = 0; i < other->slot_count; i++) {
        const struct slot *slot = &other->slots[i];
        ck_assert_msg(slot->from.kind == ORIGIN_FILE, "%s is not in the sample", slot->row->name);
        ck_assert_msg(
            value_equal(slot->row, config_block(defaults, slot), config_block(other, slot)),
            "%s is not its default", slot->row->name);
    }
    config_free(other);
    free(rows);
    buffer_done(&sample);
    config_free(defaults);
}
END_TEST

START_TEST(the_examples_inside_the_sample_are_valid)
{
    struct buffer sample = {0};
    struct config *defaults = from_text("");
    sample_write(defaults, &sample);
    setenv("KAFKA_PASSWORD", "x", 1);
    setenv("DESK_SECRET", "whsec_QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD", 1);
    setenv("MAIL_PASSWORD", "x", 1);
    setenv("GATEWAY_SECRET", "whsec_QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD", 1);
    /* The head's lines about commands are prose that is indented. */
    char *all = uncovered(strstr(sample.at, "\n\n"), false);
    struct config *config = from_text(all);
    size_t count;
    (void)config_kafka_properties(config, &count);
    ck_assert_uint_eq(count, 5);
    ck_assert_uint_eq(config->layer_count, 3);
    ck_assert_uint_eq(config->enrolment_count, 3);
    ck_assert_uint_eq(config->field_count, 2);
    ck_assert_uint_eq(config->sink_count, 3);
    ck_assert_uint_eq(config->answer_count, 1);
    config_free(config);
    config_free(defaults);
    free(all);
    buffer_done(&sample);
}
END_TEST

static Suite *suite(void)
{
    Suite *made = suite_create("config");
    TCase *cases = tcase_create("config");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, every_member_of_settings_has_a_row);
    tcase_add_test(cases, rows_are_complete_and_sections_stand_together);
    tcase_add_test(cases, an_empty_file_gives_the_documented_defaults);
    tcase_add_test(cases, properties_are_judged_by_who_knows_them);
    tcase_add_test(cases, every_type_of_value_is_read);
    tcase_add_test(cases, every_hostile_file_is_refused_with_the_written_words);
    tcase_add_test(cases, bytes_that_are_no_text_are_refused_with_their_place);
    tcase_add_test(cases, a_file_that_is_not_there_or_too_long_is_told);
    tcase_add_test(cases, a_flood_of_errors_is_counted_but_not_all_told);
    tcase_add_test(cases, the_command_line_wins_over_environment_over_file_over_default);
    tcase_add_test(cases, what_the_daemon_brings_along_is_shown_as_such);
    tcase_add_test(cases, detectors_options_have_variables_too);
    tcase_add_test(cases, a_variable_that_is_no_options_is_warned_about_with_the_nearest);
    tcase_add_test(cases, errors_outside_the_file_name_the_variable_or_argument);
    tcase_add_test(cases, a_secret_comes_from_a_file_or_the_environment_and_is_never_shown);
    tcase_add_test(cases, profiles_then_seasons_then_areas_layer_over_the_defaults);
    tcase_add_test(cases, a_season_may_run_over_new_year_and_includes_both_its_days);
    tcase_add_test(cases, tunings_stay_right_when_there_are_more_than_the_cache_keeps);
    tcase_add_test(cases, only_what_needs_a_restart_is_named);
    tcase_add_test(cases, enrolment_and_fields_are_read_in_order);
    tcase_add_test(cases, show_tells_layers_with_their_lines);
    tcase_add_test(cases, the_nearest_name_is_suggested_and_a_far_one_is_not);
    tcase_add_test(cases, the_sample_sets_nothing_and_uncovered_it_sets_the_defaults);
    tcase_add_test(cases, the_examples_inside_the_sample_are_valid);
    suite_add_tcase(made, cases);
    return made;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
