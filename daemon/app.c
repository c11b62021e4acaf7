/* SPDX-License-Identifier: Apache-2.0 */
#include "app.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "await.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/zone.h"
#include "console/api.h"
#include "console/probe.h"
#include "delivery/publisher_kafka.h"
#include "delivery/sink.h"
#include "embedded/embedded.h"
#include "ingest/source_kafka.h"
#include "kafka/properties.h"
#include "measure.h"
#include "worker.h"

#define WORKERS_MAX         64
#define EMBEDDED_PARTITIONS 8
#define STEP_MS             100
#define STOP_MS             10000
#define SAY_AGAIN_MS        10000
#define LOOK_MS             1000
#define STATUS_MS           5000
#define LISTEN_AGAIN_MS     10000
#define START_EXTEND_S      30
#define METRICS_LISTEN      "127.0.0.1:9464"
#define METRICS_LISTEN_ANY  "127.0.0.1:0"

/* A configuration in use by several threads; the last to let go frees it. */
struct held_config {
    struct config *config;
    size_t users; /* under app.lock */
};

struct app_worker {
    struct app *app;
    struct worker *worker;
    struct held_config *config;
    pthread_t thread;
    bool running;
    struct kafka_reader *log_reader; /* of anbu.alerts, while partitions are being taken */
    bool log_read;                   /* in this step */
};

struct app {
    const struct app_options *options;
    struct held_config *config; /* in force */
    struct held_config *start;  /* of the start: addresses and topics borrow from it */
    struct held_config *api_config;
    pthread_mutex_t lock;
    atomic_uint config_number; /* grows with each reload */
    atomic_bool stopping, broken;
    time_t started;
    struct broker *broker;
    struct redis_child *redis;
    const char *redis_address;
    struct kafka_common common;
    uint32_t partitions;
    _Atomic int64_t *epochs; /* of the embedded broker's partitions; NULL: Kafka lasts */
    size_t worker_count;
    struct app_worker workers[WORKERS_MAX];
    const struct worker *watched[WORKERS_MAX]; /* the same, for measuring */
    struct api *api;
    struct follower *screen;
    struct watch *watch;
    struct probe *probe;
    struct daemon_counts counts;
    struct kafka_counts kafka_counts;
    /* The main thread's own. */
    bool ready, told_ready, hung;
    int64_t watchdog_ms; /* 0: nobody waits for WATCHDOG=1 */
    int64_t status_due_ms, listen_due_ms, watchdog_due_ms, extend_due_ms;
    bool listen_complained;
};

static struct held_config *hold(struct app *app)
{
    (void)pthread_mutex_lock(&app->lock);
    struct held_config *held = app->config;
    held->users++;
    (void)pthread_mutex_unlock(&app->lock);
    return held;
}

static void release(struct app *app, struct held_config *held)
{
    if (!held)
        return;
    (void)pthread_mutex_lock(&app->lock);
    bool last = --held->users == 0;
    (void)pthread_mutex_unlock(&app->lock);
    if (last) {
        config_free(held->config);
        free(held);
    }
}

static struct held_config *held_new(struct config *config)
{
    struct held_config *held = memory_get(sizeof *held);
    held->config = config;
    held->users = 1;
    return held;
}

static const struct settings *start_settings(const struct app *app)
{
    return config_settings(app->start->config);
}

static void log_as_configured(const struct settings *settings)
{
    log_set_format((enum log_format)settings->daemon.log_format);
    log_set_level((enum log_level)settings->daemon.log_level);
}

/* Reload: whole and checked, or not at all. */

static enum err load(const struct app_options *options, struct config **out,
                     struct config_errors *errors)
{
    struct config_source source = {.path = options->config_path,
                                   .sets = options->sets,
                                   .set_count = options->set_count,
                                   .kafka = &kafka_properties};
    return config_load_from(&source, out, errors);
}

/* What --embedded brings along is in force, whatever the file says. */
static void embed(const struct app *app, struct config *config)
{
    if (!app->broker || !app->redis)
        return;
    config_embed(config, "kafka.brokers", app->common.brokers);
    config_embed(config, "redis.address", app->redis_address);
    config_embed(config, "redis.user", "");
    config_embed(config, "redis.password", "");
}

static enum err reload_checked(struct app *app, struct config_errors *errors,
                               struct buffer *restart_needed)
{
    struct config *next = NULL;
    enum err err = load(app->options, &next, errors);
    if (err) {
        log_line(LOG_ERROR, "configuration not reloaded, the old one stays in force", "errors=%zu",
                 errors->count);
        log_each(LOG_ERROR, "configuration error", buffer_view(&errors->text).at);
        return err;
    }
    embed(app, next);
    size_t waiting = config_restart_needed(app->start->config, next, restart_needed);
    struct held_config *held = held_new(next);
    (void)pthread_mutex_lock(&app->lock);
    struct held_config *before = app->config;
    app->config = held;
    (void)pthread_mutex_unlock(&app->lock);
    log_as_configured(config_settings(next));
    release(app, before);
    atomic_fetch_add(&app->config_number, 1);
    metric_set(&app->counts.config_generation, atomic_load(&app->config_number) + 1);
    log_line(LOG_INFO, "configuration reloaded", "restart_needed=%zu", waiting);
    return ERR_OK;
}

/* By the main thread or the API's. */
static enum err reload(void *host, struct config_errors *errors, struct buffer *restart_needed)
{
    struct app *app = host;
    notify_reloading();
    enum err err = reload_checked(app, errors, restart_needed);
    metric_add_shared(&app->counts.reloads[err != ERR_OK], 1);
    notify("READY=1\nSTATUS=configuration %s", err ? "not reloaded: see the log" : "reloaded");
    return err;
}

/* The API is one thread: what it holds is remembered here. */
static const struct config *config_hold(void *host)
{
    struct app *app = host;
    app->api_config = hold(app);
    return app->api_config->config;
}

static void config_release(void *host, const struct config *config)
{
    struct app *app = host;
    (void)config;
    release(app, app->api_config);
    app->api_config = NULL;
}

static void status(void *host, struct buffer *out)
{
    struct app *app = host;
    unsigned long long messages = 0, skipped = 0, rejected = 0, findings = 0, failures = 0;
    unsigned long long readings[UTILITY_COUNT] = {0};
    long long cached = 0, dirty = 0, event_ms = 0;
    unsigned owned = 0;
    for (size_t i = 0; i < app->worker_count; i++) {
        const struct worker_counts *counts = worker_counts(app->workers[i].worker);
        messages += counts_messages(counts);
        skipped += counts->skipped;
        findings += counts->findings;
        failures += counts_failures(counts);
        owned += (unsigned)counts->partitions;
        cached += counts->cached;
        dirty += counts->dirty;
        if (counts->event_ms > event_ms)
            event_ms = counts->event_ms;
        for (int u = 0; u < UTILITY_COUNT; u++)
            readings[u] += counts_readings(counts, (enum utility)u);
        for (int r = 1; r < REJECT_COUNT; r++)
            rejected += counts->rejects[r];
    }
    buffer_format(out,
                  "{\"version\":\"%s\",\"uptime_s\":%lld,\"workers\":%zu,\"partitions\":%u,"
                  "\"partitions_owned\":%u,\"messages\":%llu,\"readings\":{\"electricity\":%llu,"
                  "\"water\":%llu,\"gas\":%llu},\"skipped\":%llu,\"rejected\":%llu,"
                  "\"findings\":%llu,\"store_failures\":%llu,\"households_cached\":%lld,"
                  "\"households_unflushed\":%lld,\"event_time\":",
                  ANBU_VERSION, (long long)(time(NULL) - app->started), app->worker_count,
                  app->partitions, owned, messages, readings[0], readings[1], readings[2], skipped,
                  rejected, findings, failures, cached, dirty);
    char text[TIME_TEXT_MAX];
    buffer_format(out, event_ms ? "\"%s\"}" : "null}",
                  event_ms ? time_format(event_ms / 1000, 0, text) : "");
}

/* The pages for machines: any thread. */

static void page_metrics(void *host, struct buffer *out)
{
    struct app *app = host;
    const struct measured measured = {.workers = app->watched,
                                      .worker_count = app->worker_count,
                                      .partitions = app->partitions,
                                      .watch = app->watch,
                                      .api = app->api ? api_tally(app->api) : NULL,
                                      .kafka = &app->kafka_counts,
                                      .daemon = &app->counts,
                                      .clock = &clock_machine};
    measure_write(&measured, out);
}

static bool page_alive(void *host, struct buffer *out)
{
    return watch_alive(((const struct app *)host)->watch, out);
}

static bool page_ready(void *host, struct buffer *out)
{
    return watch_ready(((const struct app *)host)->watch, out, NULL);
}

static struct probe_pages pages_of(struct app *app)
{
    return (struct probe_pages){app, page_metrics, page_alive, page_ready};
}

/* The alerts log of a partition, to its end. */

static enum err read_log(void *context, uint32_t partition, int64_t from,
                         void (*each)(void *, struct text event, int64_t offset),
                         void *each_context, struct fault *fault)
{
    struct app_worker *own = context;
    struct app *app = own->app;
    const struct kafka_whole whole = {.topic = start_settings(app)->kafka.alerts,
                                      .partition = partition,
                                      .from = from,
                                      .stopping = &app->stopping,
                                      .each = each,
                                      .context = each_context};
    own->log_read = true;
    return kafka_read_whole(&app->common, &whole, &own->log_reader, fault);
}

/* After a step: one that took no partition was not followed by another to take. */
static void forget_log(struct app_worker *own)
{
    if (!own->log_read) {
        kafka_reader_free(own->log_reader);
        own->log_reader = NULL;
    }
    own->log_read = false;
}

/* Workers. */

/* A step that came to nothing: said now and then, and not tried again at once. */
static void rest_after(const struct fault *fault, enum err err, int64_t *said_ms)
{
    int64_t now = clock_monotonic_ms(&clock_machine);
    if (!*said_ms || now - *said_ms >= SAY_AGAIN_MS) {
        log_line(LOG_WARNING, "worker tries again", "error=\"%s\"",
                 fault->text[0] ? fault->text : err_text(err));
        *said_ms = now;
    }
    const struct timespec rest = {.tv_nsec = STEP_MS * 1000000L};
    (void)nanosleep(&rest, NULL);
}

static void *worker_main(void *argument)
{
    struct app_worker *own = argument;
    struct app *app = own->app;
    int64_t said_ms = 0;
    unsigned number = atomic_load(&app->config_number);
    while (!atomic_load(&app->stopping)) {
        struct fault fault = {""};
        unsigned now = atomic_load(&app->config_number);
        if (now != number) {
            struct held_config *next = hold(app);
            worker_reconfigure(own->worker, next->config);
            struct held_config *before = own->config;
            (void)pthread_mutex_lock(&app->lock);
            own->config = next;
            (void)pthread_mutex_unlock(&app->lock);
            release(app, before);
            number = now;
        }
        enum err err = worker_step(own->worker, STEP_MS, &fault);
        forget_log(own);
        if (err && err_disposition(err) != DISPOSITION_RETRY) {
            log_line(LOG_ERROR, "worker cannot go on", "error=\"%s\"",
                     fault.text[0] ? fault.text : err_text(err));
            atomic_store(&app->broken, true);
            (void)kill(getpid(), SIGTERM);
            break;
        }
        if (err)
            rest_after(&fault, err, &said_ms);
    }
    worker_stop(own->worker, STOP_MS);
    return NULL;
}

static enum err store_open(const struct app *app, struct store **out, struct fault *fault)
{
    const struct settings *settings = start_settings(app);
    struct store_redis_options options = {.address = settings->redis.address,
                                          .user = settings->redis.user,
                                          .password = settings->redis.password,
                                          .prefix = settings->redis.prefix,
                                          .timeout_ms = settings->redis.timeout_s * 1000,
                                          .database = settings->redis.database};
    return store_redis_new(&options, out, fault);
}

static enum err start_worker(struct app *app, struct fault *fault)
{
    struct app_worker *own = &app->workers[app->worker_count];
    struct store *store = NULL;
    struct publisher *publisher = NULL;
    struct source *source = NULL;
    enum err err = store_open(app, &store, fault);
    if (err)
        return err;
    own->app = app;
    own->config = hold(app);
    struct worker_options options = {.config = own->config->config,
                                     .store = store,
                                     .clock = &clock_machine,
                                     .partitions = app->partitions,
                                     .partition_of = kafka_partition,
                                     .epochs = app->epochs,
                                     .timers = true,
                                     .arrival_clock =
                                         start_settings(app)->daemon.clock == DAEMON_CLOCK_ARRIVAL,
                                     .read_log = read_log,
                                     .read_log_context = own};
    own->worker = worker_new(&options);
    app->watched[app->worker_count] = own->worker;
    app->worker_count++;
    err = publisher_kafka_new(&app->common, start_settings(app), worker_published, own->worker,
                              &publisher, fault);
    if (err)
        return err;
    worker_set_publisher(own->worker, publisher);
    struct source_owner owner = worker_owner(own->worker);
    err = source_kafka_new(&app->common, start_settings(app), app->partitions, &owner, &source,
                           fault);
    if (err)
        return err;
    worker_set_source(own->worker, source);
    if (pthread_create(&own->thread, NULL, worker_main, own))
        return fault_set(fault, ERR_IO, "worker thread: %s", strerror(errno));
    own->running = true;
    watch_add(app->watch, own->worker);
    return ERR_OK;
}

static size_t workers_wanted(const struct app *app)
{
    int64_t wanted = start_settings(app)->daemon.workers;
    if (!wanted)
        wanted = sysconf(_SC_NPROCESSORS_ONLN);
    if (wanted > WORKERS_MAX)
        wanted = WORKERS_MAX;
    return wanted < 1 ? 1 : wanted > (int64_t)app->partitions ? app->partitions : (size_t)wanted;
}

/* Bringing up. */

static enum err make_data_dir(const char *path, struct fault *fault)
{
    if (mkdir(path, 0700) && errno != EEXIST)
        return fault_set(fault, ERR_IO, "daemon.data_dir %s: %s (--data DIR names another)", path,
                         strerror(errno));
    return ERR_OK;
}

static void topics_of(const struct settings *settings, const char *topics[7])
{
    topics[0] = settings->kafka.readings;
    topics[1] = settings->kafka.billing;
    topics[2] = settings->kafka.household;
    topics[3] = settings->kafka.report;
    topics[4] = settings->kafka.alerts;
    topics[5] = settings->kafka.weather;
    topics[6] = settings->kafka.dead_letters;
}

/* Where something listens whose port the kernel chose, for scripts. address NULL: nowhere. */
static void write_address(const struct app *app, const char *name, const char *address)
{
    char path[OPTION_TEXT_MAX + 32];
    (void)snprintf(path, sizeof path, "%s/%s", start_settings(app)->daemon.data_dir, name);
    if (!address) {
        (void)unlink(path);
        return;
    }
    FILE *file = fopen(path, "we");
    if (file) {
        (void)fprintf(file, "%s\n", address);
        (void)fclose(file);
    }
}

static void tell_broker(const struct app *app)
{
    write_address(app, "kafka.address", app->common.brokers);
    log_line(LOG_INFO, "embedded broker", "kafka=%s", app->common.brokers);
}

static enum err start_embedded(struct app *app, struct fault *fault)
{
    const struct settings *settings = start_settings(app);
    const char *topics[7];
    topics_of(settings, topics);
    enum err err =
        redis_child_start(settings->daemon.data_dir, &app->redis, &app->redis_address, fault);
    if (err)
        return err;
    const char *address = NULL;
    err = broker_start(topics, 7, EMBEDDED_PARTITIONS, &app->broker, &address, fault);
    if (err)
        return err;
    app->common.brokers = address;
    embed(app, app->start->config);
    tell_broker(app);
    return ERR_OK;
}

static enum err check_kafka(struct app *app, struct fault *fault)
{
    const char *topics[7];
    topics_of(start_settings(app), topics);
    /* Household-keyed topics, the alerts among them, have equal counts; the others need only be. */
    enum err err = kafka_topics_check(&app->common, topics, 5, 0, &app->partitions, fault);
    uint32_t other;
    for (int i = 5; i < 7 && !err; i++)
        err = kafka_topics_check(&app->common, &topics[i], 1, 0, &other, fault);
    return err;
}

/* The embedded broker keeps nothing over a restart: its offsets begin anew. */
static void begin_epochs(struct app *app)
{
    app->epochs = memory_get(app->partitions * sizeof *app->epochs);
    for (uint32_t p = 0; p < app->partitions; p++)
        app->epochs[p] = -1;
}

static enum err check_store(const struct app *app, struct fault *fault)
{
    struct store *store = NULL;
    struct fault warning = {""};
    uint32_t pinned;
    enum err err = store_open(app, &store, fault);
    if (!err)
        err = await_store(store, &warning, fault);
    if (!err && warning.text[0])
        log_line(LOG_WARNING, "store", "warning=\"%s\"", warning.text);
    if (!err)
        err = store->ops->partitions(store, app->partitions, &pinned, fault);
    if (store)
        store->ops->free(store);
    return err;
}

static enum err api_publisher(void *context, publisher_done_fn *done, void *done_context,
                              struct publisher **out, struct fault *fault)
{
    const struct app *app = context;
    return publisher_kafka_new(&app->common, start_settings(app), done, done_context, out, fault);
}

static enum err start_console(struct app *app, struct fault *fault)
{
    const struct settings *settings = start_settings(app);
    char socket_path[OPTION_TEXT_MAX + 32], audit_path[OPTION_TEXT_MAX + 32];
    struct store *store = NULL;
    if (settings->daemon.socket[0])
        (void)snprintf(socket_path, sizeof socket_path, "%s", settings->daemon.socket);
    else
        (void)snprintf(socket_path, sizeof socket_path, "%s/anbud.sock", settings->daemon.data_dir);
    (void)snprintf(audit_path, sizeof audit_path, "%s/audit.log", settings->daemon.data_dir);
    enum err err = store_open(app, &store, fault);
    if (err)
        return err;
    struct api_options options = {
        .socket_path = socket_path,
        .audit_path = audit_path,
        .partitions = app->partitions,
        .store = store,
        .publisher_new = api_publisher,
        .publisher_context = app,
        .settings = settings,
        .clock = &clock_machine,
        .host = {app, reload, config_hold, config_release, status, pages_of(app)}};
    return api_start(&options, &app->api, fault);
}

static enum err make_watch(struct app *app, struct fault *fault)
{
    const struct settings *settings = start_settings(app);
    struct watch_options options = {.common = &app->common,
                                    .clock = &clock_machine,
                                    .partitions = app->partitions,
                                    .redis_timeout_ms = settings->redis.timeout_s * 1000,
                                    .skew_max_ms = settings->daemon.clock_skew_max_s * 1000};
    enum err err = store_open(app, &options.store, fault);
    if (!err)
        app->watch = watch_new(&options);
    return err;
}

static enum err start(struct app *app, struct fault *fault)
{
    const struct settings *settings = start_settings(app);
    size_t properties;
    app->common.brokers = settings->kafka.brokers;
    app->common.properties = config_kafka_properties(app->start->config, &properties);
    app->common.property_count = properties;
    app->common.counts = &app->kafka_counts;
    enum err err = make_data_dir(settings->daemon.data_dir, fault);
    if (!err)
        write_address(app, "metrics.address", NULL);
    if (!err && app->options->embedded)
        err = start_embedded(app, fault);
    if (!err)
        err = check_kafka(app, fault);
    if (!err && app->broker)
        begin_epochs(app);
    if (!err)
        err = check_store(app, fault);
    if (!err && settings->delivery.screen)
        err = follower_start(&app->common, settings->kafka.alerts, &sink_screen_ops,
                             sink_screen_new(STDOUT_FILENO), &app->screen, fault);
    metric_set(&app->counts.partitions, app->partitions);
    if (!err)
        err = make_watch(app, fault);
    if (!err)
        err = start_console(app, fault);
    size_t wanted = err ? 0 : workers_wanted(app);
    while (!err && app->worker_count < wanted)
        err = start_worker(app, fault);
    if (!err)
        err = watch_start(app->watch, fault);
    return err;
}

static void stop(struct app *app)
{
    notify("STOPPING=1\nSTATUS=ending");
    if (app->watch)
        watch_stopping(app->watch);
    atomic_store(&app->stopping, true);
    for (size_t i = 0; i < app->worker_count; i++) {
        if (app->workers[i].running)
            (void)pthread_join(app->workers[i].thread, NULL);
        kafka_reader_free(app->workers[i].log_reader);
    }
    probe_stop(app->probe);
    api_stop(app->api);
    follower_stop(app->screen);
    watch_free(app->watch);
    for (size_t i = 0; i < app->worker_count; i++) {
        worker_free(app->workers[i].worker);
        release(app, app->workers[i].config);
    }
    broker_stop(app->broker);
    redis_child_stop(app->redis);
    free(app->epochs);
}

/* ---- what the outside is told ---- */

/* A port that somebody else has must not keep alerts from people: it is said, and tried again. */
static void listen_for_probes(struct app *app, int64_t now)
{
    const char *listen = start_settings(app)->daemon.metrics_listen;
    struct probe_pages pages = pages_of(app);
    struct fault fault = {""};
    if (!listen[0] || app->probe || now < app->listen_due_ms)
        return;
    if (strcmp(listen, "auto") == 0)
        listen = app->options->embedded ? METRICS_LISTEN_ANY : METRICS_LISTEN;
    app->listen_due_ms = now + LISTEN_AGAIN_MS;
    if (!probe_start(listen, &pages, &app->probe, &fault)) {
        write_address(app, "metrics.address", probe_address(app->probe));
        log_line(LOG_INFO, "metrics", "address=%s", probe_address(app->probe));
    } else if (!app->listen_complained) {
        app->listen_complained = true;
        log_line(LOG_ERROR, "metrics have no port",
                 "error=%s remedy=\"tried again every %d s; "
                 "daemon.metrics_listen names another\"",
                 fault.text, LISTEN_AGAIN_MS / 1000);
    }
}

static void tell_ready(struct app *app, bool ready, const char *bad)
{
    if (ready == app->ready)
        return;
    app->ready = ready;
    if (!ready) {
        log_line(LOG_WARNING, "not ready", "because=%s", bad);
        return;
    }
    log_line(LOG_INFO, "ready", "version=%s partitions=%u workers=%zu kafka=%s", ANBU_VERSION,
             app->partitions, app->worker_count, app->common.brokers);
    if (!app->told_ready)
        notify("READY=1");
    app->told_ready = true;
}

static void tell_alive(struct app *app, bool alive, int64_t now)
{
    if (!alive && !app->hung)
        log_line(LOG_ERROR, "a worker hangs",
                 "moved_ms_ago=%lld remedy=\"the service manager's "
                 "watchdog starts anbud again; without one, do it\"",
                 (long long)watch_counts(app->watch)->beat_age_ms);
    else if (alive && app->hung)
        log_line(LOG_WARNING, "the worker moves again", "alive=yes");
    app->hung = !alive;
    if (alive && app->watchdog_ms && now >= app->watchdog_due_ms) {
        notify("WATCHDOG=1");
        app->watchdog_due_ms = now + app->watchdog_ms / 3;
    }
    if (alive && !app->told_ready && now >= app->extend_due_ms) {
        notify("EXTEND_TIMEOUT_USEC=%d", START_EXTEND_S * 1000000);
        app->extend_due_ms = now + START_EXTEND_S * 1000 / 3;
    }
}

static void tell_outside(struct app *app)
{
    struct buffer line = {0}, bad = {0};
    int64_t now = clock_monotonic_ms(&clock_machine);
    listen_for_probes(app, now);
    watch_look(app->watch);
    bool ready = watch_ready(app->watch, NULL, &bad);
    tell_alive(app, watch_alive(app->watch, NULL), now);
    tell_ready(app, ready, buffer_view(&bad).at);
    if (now >= app->status_due_ms) {
        watch_line(app->watch, &line);
        notify("STATUS=%s%s; %s", ready ? "ready" : "not ready: ", ready ? "" : bad.at, line.at);
        app->status_due_ms = now + STATUS_MS;
    }
    buffer_done(&line);
    buffer_done(&bad);
}

static struct timespec until_next_look(const struct app *app)
{
    int64_t wait_ms = app->told_ready ? LOOK_MS : STEP_MS;
    if (app->watchdog_ms && app->watchdog_ms / 3 < wait_ms)
        wait_ms = app->watchdog_ms / 3;
    return (struct timespec){wait_ms / 1000, wait_ms % 1000 * 1000000};
}

/* Signals come to this thread alone. */
static void wait_for_end(struct app *app, const sigset_t *signals)
{
    for (;;) {
        tell_outside(app);
        struct timespec wait = until_next_look(app);
        int signal = sigtimedwait(signals, NULL, &wait);
        if (signal == SIGHUP) {
            struct config_errors errors = {0};
            struct buffer restart = {0};
            (void)!reload(app, &errors, &restart);
            config_errors_done(&errors);
            buffer_done(&restart);
        } else if (signal == SIGTERM || signal == SIGINT) {
            log_line(LOG_INFO, "ending", "signal=%s", signal == SIGTERM ? "TERM" : "INT");
            return;
        } else if (app->redis && !redis_child_alive(app->redis)) {
            log_line(LOG_ERROR, "the embedded redis-server has ended", "see=%s/redis.log",
                     start_settings(app)->daemon.data_dir);
            atomic_store(&app->broken, true);
            return;
        }
    }
}

enum err app_run(const struct app_options *options)
{
    struct config_errors errors = {0};
    struct config *config = NULL;
    if (load(options, &config, &errors)) {
        (void)fprintf(stderr, "%s%s", buffer_view(&errors.warnings).at, errors.text.at);
        config_errors_done(&errors);
        return ERR_CONFIG;
    }
    log_as_configured(config_settings(config)); /* before the first line */
    log_each(LOG_WARNING, "environment variable is no option", buffer_view(&errors.warnings).at);
    config_errors_done(&errors);
    struct app *app = memory_get(sizeof *app);
    app->options = options;
    app->started = time(NULL);
    app->watchdog_ms = notify_watchdog_ms();
    metric_set(&app->counts.build, 1);
    metric_set(&app->counts.config_generation, 1);
    metric_set(&app->counts.started_s, app->started);
    (void)pthread_mutex_init(&app->lock, NULL);
    app->start = app->config = held_new(config);
    app->start->users++;

    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);

    struct fault fault = {""};
    enum err err = start(app, &fault);
    if (err) {
        (void)fprintf(stderr, "anbud: %s\n", fault.text[0] ? fault.text : err_text(err));
    } else {
        log_line(LOG_INFO, "started", "version=%s partitions=%u workers=%zu", ANBU_VERSION,
                 app->partitions, app->worker_count);
        wait_for_end(app, &signals);
    }
    stop(app);
    if (!err && atomic_load(&app->broken))
        err = ERR_IO;
    release(app, app->config);
    release(app, app->start);
    (void)pthread_mutex_destroy(&app->lock);
    free(app);
    return err;
}
