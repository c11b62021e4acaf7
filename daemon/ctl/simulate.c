/* SPDX-License-Identifier: Apache-2.0
 *
 * anbuctl simulate: a town's messages to a file or to Kafka. docs/simulator.md.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "ctl/command.h"
#include "town/feed.h"
#include "town/town.h"

#define EXIT_DONE   0
#define EXIT_FAILED 1
#define EXIT_USAGE  2

#define OUT_BUFFER_BYTES 1048576
#define PROPERTIES_MAX   32 /* `wants` says it */
#define PROGRESS_MS      250

struct simulation {
    /* as asked */
    struct town_options town;
    struct feed_options feed;
    const char *scenario_path, *timezone, *out_path, *truth_path, *directory_path;
    double hours_per_second; /* 0: as fast as it goes */
    bool print_scenario;
    struct config_pair properties[PROPERTIES_MAX];
    /* at work */
    struct scenario scenario;
    struct feed *sink;
    FILE *out, *truth, *directory;
    int64_t messages, truths;
    int64_t began_ms, shown_ms;
    bool terminal;
};

static atomic_bool stop;

static void on_signal(int number)
{
    (void)number;
    atomic_store(&stop, true);
}

/* ---- options ---- */

static bool parse_whole(const char *from, int64_t least, int64_t most, int64_t *out)
{
    char *end;
    errno = 0;
    long long value = strtoll(from, &end, 10);
    if (errno || end == from || *end || value < least || value > most)
        return false;
    *out = value;
    return true;
}

static bool set_households(struct simulation *s, const char *value)
{
    int64_t count = 0;
    bool ok = parse_whole(value, 1, TOWN_HOUSEHOLDS_MAX, &count);
    s->town.households = (uint32_t)count;
    return ok;
}

static bool set_days(struct simulation *s, const char *value)
{
    int64_t days = 0;
    bool ok = parse_whole(value, 1, TOWN_DAYS_MAX, &days);
    s->town.days = (int32_t)days;
    return ok;
}

static bool set_seed(struct simulation *s, const char *value)
{
    int64_t seed = 0;
    bool ok = parse_whole(value, 0, INT64_MAX, &seed);
    s->town.seed = (uint64_t)seed;
    return ok;
}

static bool set_quiet(struct simulation *s, const char *value)
{
    int64_t days = 0;
    bool ok = parse_whole(value, 0, TOWN_DAYS_MAX, &days);
    s->town.quiet_days = (int32_t)days;
    return ok;
}

static bool set_start(struct simulation *s, const char *value)
{
    int32_t day = 0;
    if (date_parse(text_of(value), &day))
        return false;
    s->town.start_day = day;
    return day >= civil_day(1980, 1, 1) && day <= civil_day(2090, 1, 1);
}

static bool set_timezone(struct simulation *s, const char *value)
{
    s->timezone = value;
    return zone_find(text_of(value), &s->town.zone) == ERR_OK;
}

static bool set_scenario(struct simulation *s, const char *value)
{
    s->scenario_path = value;
    return *value;
}

static bool set_out(struct simulation *s, const char *value)
{
    s->out_path = value;
    return *value;
}

static bool set_truth(struct simulation *s, const char *value)
{
    s->truth_path = value;
    return *value;
}

static bool set_directory(struct simulation *s, const char *value)
{
    s->directory_path = value;
    return *value;
}

static bool set_kafka(struct simulation *s, const char *value)
{
    s->feed.common.brokers = value;
    return *value;
}

static bool set_property(struct simulation *s, const char *value)
{
    const char *equals = strchr(value, '=');
    size_t n = s->feed.common.property_count;
    if (!equals || equals == value || n == PROPERTIES_MAX)
        return false;
    struct config_pair *pair = &s->properties[n];
    if (!text_copy((struct text){value, (size_t)(equals - value)}, pair->name, sizeof pair->name) ||
        !text_copy(text_of(equals + 1), pair->value, sizeof pair->value))
        return false;
    s->feed.common.property_count = n + 1;
    return true;
}

static bool set_group(struct simulation *s, const char *value)
{
    s->feed.group = value;
    return *value;
}

static bool set_topics(struct simulation *s, const char *value)
{
    s->feed.topic_prefix = value;
    return *value;
}

static bool set_lag_max(struct simulation *s, const char *value)
{
    return parse_whole(value, 1, 1000000000, &s->feed.lag_max);
}

static bool set_speed(struct simulation *s, const char *value)
{
    char *end;
    errno = 0;
    s->hours_per_second = strtod(value, &end);
    return !errno && end != value && !*end && s->hours_per_second >= 0 &&
           s->hours_per_second <= 1e6;
}

/* `wants` completes "--name: ... is not"; both strings of one option say the same range. */
static const struct choice {
    const char *name, *argument, *help;
    bool (*set)(struct simulation *simulation, const char *value);
    const char *wants;
} choices[] = {
    {"--households", "N", "how many homes, 1 to 20000000 (300)", set_households,
     "a whole number from 1 to 20000000, such as 300"},
    {"--days", "D", "how many local days, 1 to 3660 (70)", set_days,
     "a whole number from 1 to 3660, such as 70"},
    {"--seed", "S", "whole number; the same seed gives the same bytes (1)", set_seed,
     "a whole number from 0 on, such as 7"},
    {"--start", "DATE", "first day, such as 2026-01-05 (that one)", set_start,
     "a day from 1980-01-01 to 2090-01-01, such as 2026-01-05"},
    {"--timezone", "ZONE", "IANA name (Asia/Seoul)", set_timezone,
     "a time zone that this machine knows (package tzdata), such as Asia/Seoul"},
    {"--quiet", "DAYS", "days before the first collapse (half of --days)", set_quiet,
     "a whole number from 0 to 3660, such as 28"},
    {"--scenario", "FILE", "JSON; what it does not say keeps its default", set_scenario,
     "the name of a file, such as winter.json"},
    {"--out", "FILE", "messages, one a line; - is standard output (-)", set_out,
     "the name of a file, or -"},
    {"--truth", "FILE", "what really happened, one JSON object a line", set_truth,
     "the name of a file, such as truth.ndjson"},
    {"--directory", "FILE", "who lives in each home (invented), one a line", set_directory,
     "the name of a file, such as directory.ndjson"},
    {"--kafka", "BROKERS", "produce to Kafka instead of --out", set_kafka,
     "a list of brokers, such as 127.0.0.1:9092"},
    {"--property", "KEY=VALUE", "any librdkafka property, may be repeated", set_property,
     "a property and its value, 32 at most, such as security.protocol=SSL"},
    {"--topics", "PREFIX", "topics are PREFIX.readings and so on (anbu)", set_topics,
     "the first part of the topics' names, such as anbu"},
    {"--group", "GROUP", "consumer group whose lag paces the stream (anbu)", set_group,
     "the name of a consumer group, such as anbu"},
    {"--lag-max", "N", "wait while more messages are unread (20000)", set_lag_max,
     "a whole number from 1 to 1000000000, such as 20000"},
    {"--speed", "HOURS", "simulated hours a second at most (no limit)", set_speed,
     "a number from 0 (no limit) to 1000000, such as 24"},
};
#define CHOICE_COUNT (sizeof choices / sizeof choices[0])

static void usage(FILE *to)
{
    (void)fputs("Usage: anbuctl simulate [OPTION]...\n"
                "Writes the messages of a simulated town, and the truth beside them.\n\n",
                to);
    for (size_t i = 0; i < CHOICE_COUNT; i++)
        (void)fprintf(to, "  %-12s %-10s %s\n", choices[i].name, choices[i].argument,
                      choices[i].help);
    (void)fputs("  --print-scenario        print the scenario in force as JSON and end\n", to);
}

/* EXIT_DONE: go on. Both "--name value" and "--name=value". */
static int parse_arguments(struct simulation *s, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--print-scenario") == 0) {
            s->print_scenario = true;
            continue;
        }
        const struct choice *choice = NULL;
        size_t bytes = strcspn(argv[i], "=");
        for (size_t c = 0; !choice && c < CHOICE_COUNT; c++)
            if (strlen(choices[c].name) == bytes && strncmp(choices[c].name, argv[i], bytes) == 0)
                choice = &choices[c];
        if (!choice) {
            (void)fprintf(stderr, "anbuctl simulate: there is no option \"%s\"\n", argv[i]);
            usage(stderr);
            return EXIT_USAGE;
        }
        const char *value = argv[i][bytes] ? argv[i] + bytes + 1 : ++i < argc ? argv[i] : NULL;
        if (!value) {
            (void)fprintf(stderr, "anbuctl simulate: %s needs a value: %s\n", choice->name,
                          choice->wants);
            return EXIT_USAGE;
        }
        if (!choice->set(s, value)) {
            (void)fprintf(stderr, "anbuctl simulate: %s: \"%s\" is not %s\n", choice->name, value,
                          choice->wants);
            return EXIT_USAGE;
        }
    }
    if (s->town.quiet_days > s->town.days) {
        (void)fprintf(stderr, "anbuctl simulate: --quiet: %d days are more than the %d of --days\n",
                      s->town.quiet_days, s->town.days);
        return EXIT_USAGE;
    }
    if (s->feed.common.brokers && s->out_path) {
        (void)fputs("anbuctl simulate: --out and --kafka exclude each other\n", stderr);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

/* ---- files ---- */

static enum err write_line(FILE *file, const char *path, struct text line, struct fault *fault)
{
    if (fwrite(line.at, 1, line.bytes, file) == line.bytes && putc_unlocked('\n', file) != EOF)
        return ERR_OK;
    return fault_set(fault, ERR_IO, "%s: %s", path, strerror(errno));
}

static enum err on_message(void *context, const struct town_message *message, struct fault *fault)
{
    struct simulation *s = context;
    s->messages++;
    if (s->sink)
        return feed_message(s->sink, message, fault);
    return write_line(s->out, s->out_path ? s->out_path : "standard output", message->body, fault);
}

static enum err on_truth(void *context, struct text line, struct fault *fault)
{
    struct simulation *s = context;
    s->truths++;
    return s->truth ? write_line(s->truth, s->truth_path, line, fault) : ERR_OK;
}

static enum err on_resident(void *context, struct text line, struct fault *fault)
{
    struct simulation *s = context;
    return write_line(s->directory, s->directory_path, line, fault);
}

static enum err open_file(const char *path, FILE **out, struct fault *fault)
{
    *out = fopen(path, "we");
    if (!*out)
        return fault_set(fault, ERR_IO, "%s: %s", path, strerror(errno));
    (void)setvbuf(*out, NULL, _IOFBF, OUT_BUFFER_BYTES);
    return ERR_OK;
}

static enum err close_file(FILE **file, const char *path, struct fault *fault)
{
    FILE *closing = *file;
    *file = NULL;
    if (!closing)
        return ERR_OK;
    bool bad = fflush(closing) != 0;
    if (closing != stdout)
        bad |= fclose(closing) != 0;
    return bad ? fault_set(fault, ERR_IO, "%s: %s", path, strerror(errno)) : ERR_OK;
}

static enum err open_all(struct simulation *s, struct fault *fault)
{
    enum err err = ERR_OK;
    scenario_init(&s->scenario);
    if (s->scenario_path)
        err = scenario_load(s->scenario_path, &s->scenario, fault);
    if (err || s->print_scenario)
        return err;
    if (!s->town.zone && zone_find(text_of(s->timezone), &s->town.zone))
        return fault_set(fault, ERR_NOT_FOUND,
                         "timezone %s is not in this machine's tzdata; install tzdata or choose "
                         "another with --timezone",
                         s->timezone);
    if (s->truth_path)
        err = open_file(s->truth_path, &s->truth, fault);
    if (!err && s->directory_path)
        err = open_file(s->directory_path, &s->directory, fault);
    if (!err && s->feed.common.brokers)
        err = feed_new(&s->feed, &s->sink, fault);
    else if (!err && s->out_path && strcmp(s->out_path, "-") != 0)
        err = open_file(s->out_path, &s->out, fault);
    else if (!err)
        s->out = stdout;
    return err;
}

/* ---- the run ---- */

static void show_progress(struct simulation *s, const struct town *town, bool last)
{
    int64_t now_ms = clock_monotonic_ms(&clock_machine);
    if (!s->terminal || (!last && now_ms - s->shown_ms < PROGRESS_MS))
        return;
    s->shown_ms = now_ms;
    char when[TIME_TEXT_MAX];
    int64_t now_s = town_now_s(town);
    (void)time_format(now_s, zone_offset_s(s->town.zone, now_s), when);
    double seconds = (double)(now_ms - s->began_ms) / 1000;
    (void)fprintf(stderr, "\r%.10s %3.0f %%  %lld messages, %.0f a second\033[K%s", when,
                  100 * town_progress(town), (long long)s->messages,
                  seconds > 0 ? (double)s->messages / seconds : 0.0, last ? "\n" : "");
}

/* No faster than asked. */
static void keep_pace(const struct simulation *s, int64_t hours)
{
    if (s->hours_per_second <= 0)
        return;
    int64_t due_ms = s->began_ms + (int64_t)((double)hours * 1000 / s->hours_per_second);
    int64_t left_ms;
    while (!atomic_load(&stop) && (left_ms = due_ms - clock_monotonic_ms(&clock_machine)) > 0) {
        struct timespec span = {.tv_sec = left_ms / 1000, .tv_nsec = left_ms % 1000 * 1000000};
        (void)nanosleep(&span, NULL);
    }
}

static enum err run_town(struct simulation *s, struct fault *fault)
{
    const struct town_sink sink = {.message = on_message, .truth = on_truth, .context = s};
    s->town.scenario = &s->scenario;
    s->town.say_arrived = !s->sink;
    struct town *town = town_new(&s->town, &sink);
    s->terminal = isatty(STDERR_FILENO);
    s->began_ms = clock_monotonic_ms(&clock_machine);
    enum err err = s->directory ? town_directory(town, on_resident, s, fault) : ERR_OK;
    if (!err)
        err =
            close_file(&s->directory, s->directory_path, fault); /* whole before the first alert */
    for (int64_t hours = 1; !err && !atomic_load(&stop); hours++) {
        err = town_hour(town, fault);
        show_progress(s, town, false);
        keep_pace(s, hours);
    }
    if (err == ERR_END)
        err = ERR_OK;
    show_progress(s, town, true);
    town_free(town);
    return err;
}

static int end(struct simulation *s, enum err err, struct fault *fault)
{
    enum err closed =
        close_file(&s->out, s->out_path ? s->out_path : "standard output", err ? NULL : fault);
    enum err told = close_file(&s->truth, s->truth_path, err || closed ? NULL : fault);
    enum err kept =
        close_file(&s->directory, s->directory_path, err || closed || told ? NULL : fault);
    feed_free(s->sink);
    if (!err && !closed && !told && !kept)
        return EXIT_DONE;
    (void)fprintf(stderr, "anbuctl simulate: %s\n", fault->text);
    return EXIT_FAILED;
}

int command_simulate(int argc, char **argv)
{
    if (argc > 0 && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0)) {
        usage(stdout);
        return EXIT_DONE;
    }
    struct simulation s = {
        .town = {.households = 300,
                 .days = 70,
                 .seed = 1,
                 .start_day = civil_day(2026, 1, 5),
                 .quiet_days = -1},
        .feed = {.topic_prefix = "anbu", .group = "anbu", .lag_max = 20000, .stop = &stop},
        .timezone = "Asia/Seoul"};
    s.feed.common.properties = s.properties;
    struct fault fault = {{0}};
    int status = parse_arguments(&s, argc, argv);
    if (status != EXIT_DONE)
        return status;
    const struct sigaction action = {.sa_handler = on_signal};
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    enum err err = open_all(&s, &fault);
    if (!err && s.print_scenario) {
        struct buffer json = {0};
        scenario_print(&s.scenario, &json);
        (void)fputs(json.at, stdout);
        buffer_done(&json);
        s.out = stdout; /* flushed and checked at the end */
    } else if (!err) {
        err = run_town(&s, &fault);
    }
    if (!err && s.sink)
        err = feed_flush(s.sink, &fault);
    return end(&s, err, &fault);
}
