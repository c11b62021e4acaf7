/* SPDX-License-Identifier: Apache-2.0
 *
 * anbuctl replay: the daemon's own pipeline over files, memory store, time set by what arrives.
 * Same bytes in, same bytes out. How ops try a threshold before they live with it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "alert/policy.h"
#include "base/log.h"
#include "ctl/command.h"
#include "ctl/replay_compare.h"
#include "worker.h"

#define SETS_MAX   64
#define INPUTS_MAX 64

struct replay_options {
    const char *config, *compare, *dead_letters;
    const char *sets[SETS_MAX * 2]; /* --set, then --with: those of the other run alone */
    size_t set_count, with_count;
    const char *withs[SETS_MAX];
    const char *inputs[INPUTS_MAX];
    size_t input_count;
    bool quiet;
};

struct tally {
    unsigned long long raised[DETECTOR_COUNT_MAX][SEVERITY_COUNT];
    unsigned long long alerts[SEVERITY_COUNT], homes;
};

static void noted(void *context, const struct finding *finding)
{
    struct tally *tally = context;
    if (finding->begins)
        tally->raised[finding->detector_index][policy_severity(finding)]++;
}

static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void progress(const struct source *source, const struct worker_counts *counts, bool last)
{
    static double shown;
    double now = seconds_now(), part = source_file_progress(source);
    if (!last && now - shown < 0.2)
        return;
    shown = now;
    if (part < 0) {
        (void)fprintf(stderr, "\r%llu messages", counts_messages(counts));
        return;
    }
    int full = (int)(part * 40);
    (void)fprintf(stderr, "\r[%.*s%*s] %3d %%  %llu messages", full,
                  "########################################", 40 - full, "", (int)(part * 100),
                  counts_messages(counts));
    if (last)
        (void)fputc('\n', stderr);
}

static void summary(const struct worker_counts *counts, const struct tally *tally, double seconds)
{
    unsigned long long readings = 0, rejected = 0;
    for (int u = 0; u < UTILITY_COUNT; u++)
        readings += counts_readings(counts, (enum utility)u);
    for (int r = 1; r < REJECT_COUNT; r++)
        rejected += counts->rejects[r];
    (void)fprintf(stderr,
                  "messages    %llu (%llu readings: electricity %llu, water %llu, gas %llu)\n",
                  counts_messages(counts), readings, counts_readings(counts, UTILITY_ELECTRICITY),
                  counts_readings(counts, UTILITY_WATER), counts_readings(counts, UTILITY_GAS));
    (void)fprintf(stderr, "rejected    %llu", rejected);
    const char *between = " (";
    for (int r = 1; r < REJECT_COUNT; r++)
        if (counts->rejects[r]) {
            (void)fprintf(stderr, "%s%s %llu", between, reject_names[r],
                          (unsigned long long)counts->rejects[r]);
            between = ", ";
        }
    (void)fprintf(stderr, "%s\nhouseholds  %llu\n", rejected ? ")" : "",
                  (unsigned long long)counts->loads);
    for (size_t d = 0; d < detector_count; d++) {
        unsigned long long sum = 0;
        for (int s = 0; s < SEVERITY_COUNT; s++)
            sum += tally->raised[d][s];
        (void)fprintf(stderr, "%-11s %llu found", detectors[d]->name, sum);
        between = " (";
        for (int s = SEVERITY_COUNT - 1; s >= 0; s--)
            if (tally->raised[d][s]) {
                (void)fprintf(stderr, "%s%s %llu", between, severity_names[s], tally->raised[d][s]);
                between = ", ";
            }
        (void)fputs(sum ? ")\n" : "\n", stderr);
    }
    (void)fprintf(stderr, "speed       %.0f readings/s, %.1f s\n",
                  seconds > 0 ? (double)readings / seconds : 0.0, seconds);
}

/* What a step writes is kept until the step is over: a worker tries again what cannot be written,
 * as with a broker, but a full disk ends a replay at once. */
struct spool {
    FILE *stream, *to;
    const char *name;
    char *at;
    size_t bytes;
};

static bool spool_begin(struct spool *spool, FILE *to, const char *name)
{
    spool->to = to;
    spool->name = name;
    spool->stream = open_memstream(&spool->at, &spool->bytes);
    if (!spool->stream)
        (void)fprintf(stderr, "anbuctl: %s: %s\n", name, strerror(errno));
    return spool->stream;
}

/* last: nothing may be left in the file's own buffer. */
static bool spool_pass(struct spool *spool, bool last)
{
    if (!spool->stream)
        return true;
    (void)fflush(spool->stream);
    size_t bytes = spool->bytes;
    bool passed = fwrite(spool->at, 1, bytes, spool->to) == bytes;
    if ((!passed || last) && fflush(spool->to))
        passed = false;
    if (!passed)
        (void)fprintf(stderr, "anbuctl: %s: %s\n", spool->name, strerror(errno));
    rewind(spool->stream);
    return passed;
}

static void spool_done(struct spool *spool)
{
    if (spool->stream)
        (void)fclose(spool->stream);
    free(spool->at);
}

/* To the end of the input; false when that is not reached, and said. */
static bool work(struct worker *worker, struct source *source, struct spool spools[2], bool bar)
{
    struct fault fault = {""};
    enum err err = ERR_OK;
    while (!err) {
        err = worker_step(worker, 0, &fault);
        bool last = err != ERR_OK;
        if (!spool_pass(&spools[0], last) || !spool_pass(&spools[1], last))
            return false;
        if (bar)
            progress(source, worker_counts(worker), last);
    }
    if (err != ERR_END)
        (void)fprintf(stderr, "anbuctl: %s\n", fault.text[0] ? fault.text : err_text(err));
    return err == ERR_END;
}

/* The other run, of --compare or --with, says nothing but its events. */
static int run(const struct replay_options *options, const char *config_path, FILE *out, bool other)
{
    bool told = !other;
    size_t set_count = options->set_count + (other ? options->with_count : 0);
    struct config_errors errors = {0};
    struct config *config = NULL;
    struct fault fault = {""};
    struct tally tally = {0};
    struct source *source = NULL;
    struct worker *worker = NULL;
    struct spool spools[2] = {{0}, {0}};
    FILE *letters = NULL;
    int status = 1;
    enum err err = config_load(config_path, options->sets, set_count, &config, &errors);
    (void)fprintf(stderr, "%s%s", buffer_view(&errors.warnings).at, buffer_view(&errors.text).at);
    config_errors_done(&errors);
    if (err)
        return 1;
    if (options->dead_letters && !(letters = fopen(options->dead_letters, "we"))) {
        (void)fprintf(stderr, "anbuctl: %s: %s\n", options->dead_letters, strerror(errno));
        goto out;
    }
    if (!spool_begin(&spools[0], out, "writing alerts") ||
        (letters && !spool_begin(&spools[1], letters, options->dead_letters)))
        goto out;
    struct clock hand = clock_by_hand(0);
    log_set_level(LOG_WARNING); /* what a daemon would say of its partitions is no news here */
    struct worker_options setup = {.config = config,
                                   .store = store_memory_new(),
                                   .clock = &hand,
                                   .partitions = 1,
                                   .arrival_clock = true,
                                   .once = true,
                                   .hand = &hand,
                                   .noted = noted,
                                   .context = &tally};
    worker = worker_new(&setup);
    worker_set_publisher(
        worker, publisher_file_new(spools[0].stream, spools[1].stream, worker_published, worker));
    if (source_file_new(options->inputs, options->input_count, &source, &fault)) {
        (void)fprintf(stderr, "anbuctl: %s\n", fault.text);
        goto out;
    }
    size_t field_count;
    const struct field_mapping *fields = config_fields(config, &field_count);
    source_file_map(source, fields, field_count);
    worker_set_source(worker, source);
    int64_t resume[TOPIC_COUNT];
    struct source_owner owner = worker_owner(worker);
    (void)owner.assigned(owner.owner, 0, resume);
    bool bar = told && !options->quiet && isatty(STDERR_FILENO);
    double start = seconds_now();
    if (!work(worker, source, spools, bar))
        goto out;
    if (told && !options->quiet)
        summary(worker_counts(worker), &tally, seconds_now() - start);
    status = 0;
out:
    worker_free(worker);
    config_free(config);
    spool_done(&spools[0]);
    spool_done(&spools[1]);
    if (letters)
        (void)fclose(letters);
    return status;
}

static int usage(void)
{
    (void)fputs(
        "usage: anbuctl replay [--config FILE] [--set KEY=VALUE]... [--compare OTHER.yaml]\n"
        "                      [--with KEY=VALUE]... [--dead-letters FILE] [--quiet] INPUT...\n"
        "INPUT is NDJSON, gzip or - for standard input; events go to standard output.\n",
        stderr);
    return 2;
}

static int parse(int argc, char **argv, struct replay_options *options)
{
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
        const char **where = strcmp(word, "--config") == 0         ? &options->config
                             : strcmp(word, "--compare") == 0      ? &options->compare
                             : strcmp(word, "--dead-letters") == 0 ? &options->dead_letters
                                                                   : NULL;
        bool with = strcmp(word, "--with") == 0;
        if (where || with || strcmp(word, "--set") == 0) {
            if (!value || (!where && (with ? options->with_count : options->set_count) == SETS_MAX))
                return usage();
            if (where)
                *where = value;
            else if (with)
                options->withs[options->with_count++] = value;
            else
                options->sets[options->set_count++] = value;
            i++;
        } else if (strcmp(word, "--quiet") == 0) {
            options->quiet = true;
        } else if ((word[0] == '-' && word[1]) || options->input_count == INPUTS_MAX) {
            return usage();
        } else {
            options->inputs[options->input_count++] = word;
        }
    }
    return options->input_count ? 0 : usage();
}

int command_replay(int argc, char **argv)
{
    struct replay_options options = {0};
    int status = parse(argc, argv, &options);
    if (status)
        return status;
    if (!options.compare && !options.with_count)
        return run(&options, options.config, stdout, false);
    struct buffer other = {0};
    buffer_text(&other, options.compare ? options.compare : "");
    for (size_t i = 0; i < options.with_count; i++) {
        options.sets[options.set_count + i] = options.withs[i];
        buffer_format(&other, "%s%s", other.bytes ? " " : "", options.withs[i]);
    }
    char *one = NULL, *two = NULL;
    size_t one_bytes = 0, two_bytes = 0;
    FILE *first = open_memstream(&one, &one_bytes), *second = open_memstream(&two, &two_bytes);
    if (!first || !second) {
        (void)fprintf(stderr, "anbuctl: %s\n", strerror(errno));
        status = 1;
    } else {
        status = run(&options, options.config, first, false);
        if (!status)
            status =
                run(&options, options.compare ? options.compare : options.config, second, true);
    }
    if (first)
        (void)fclose(first);
    if (second)
        (void)fclose(second);
    if (!status)
        status = replay_compare((struct text){one, one_bytes}, (struct text){two, two_bytes},
                                options.config ? options.config : "defaults", other.at, stdout);
    free(one);
    free(two);
    buffer_done(&other);
    return status;
}
