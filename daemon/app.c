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
#include "console/account.h"
#include "console/api.h"
#include "console/audit.h"
#include "console/events.h"
#include "console/probe.h"
#include "delivery/publisher_kafka.h"
#include "delivery/sink.h"
#include "delivery/sinks.h"
#include "embedded/embedded.h"
#include "in_force.h"
#include "ingest/source_kafka.h"
#include "measure.h"
#include "status.h"
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
    struct in_force in_force;
    struct held_config *api_config;
    atomic_bool stopping, broken;
    struct broker *broker;
    struct redis_child *redis;
    const char *redis_address;
    struct kafka_common common;
    uint32_t partitions;
    _Atomic int64_t *epochs; /* of the embedded broker's partitions; NULL: Kafka lasts */
    /* Whoever measures may come while these are being started: a worker counts once it is whole. */
    atomic_size_t worker_count;
    struct app_worker workers[WORKERS_MAX];
    const struct worker *watched[WORKERS_MAX]; /* the same, for measuring */
    _Atomic(struct api *) api;
    struct follower *screen;
    struct follower *live; /* what the API tells those who look on */
    struct addressee_host addressees;
    _Atomic(struct sinks *) sinks; /* the API asks for them before there are any */
    struct watch *watch;
    struct probe *probe;
    struct daemon_counts counts;
    struct kafka_counts kafka_counts;
    /* The main thread's own. */
    bool ready, told_ready, hung;
    int64_t watchdog_ms; /* 0: nobody waits for WATCHDOG=1 */
    int64_t status_due_ms, listen_due_ms, watchdog_due_ms, extend_due_ms;
    bool listen_complained;
    size_t told_places; /* where people sign in */
};

static const struct settings *start_settings(const struct app *app)
{
    return in_force_start(&app->in_force);
}

/* By the main thread or the API's. */
static enum err reload(void *host, struct config_errors *errors, struct buffer *restart_needed)
{
    struct app *app = host;
    notify_reloading();
    enum err err = in_force_reload(&app->in_force, errors, restart_needed);
    (void)atomic_fetch_add(&app->counts.config_generation, !err);
    metric_add_shared(&app->counts.reloads[err != ERR_OK], 1);
    notify("READY=1\nSTATUS=configuration %s", err ? "not reloaded: see the log" : "reloaded");
    return err;
}

static enum err config_next(void *host, struct config **out, struct config_errors *errors)
{
    const struct app *app = host;
    return in_force_next(&app->in_force, out, errors);
}

static enum err sink_try(void *host, const char *name, struct buffer *out, struct fault *fault)
{
    const struct app *app = host;
    return sinks_try(atomic_load(&app->sinks), name, out, fault);
}

/* The API is one thread: what it holds is remembered here. */
static const struct config *config_hold(void *host)
{
    struct app *app = host;
    app->api_config = in_force_hold(&app->in_force);
    return app->api_config->config;
}

static void config_release(void *host, const struct config *config)
{
    struct app *app = host;
    (void)config;
    in_force_release(&app->in_force, app->api_config);
    app->api_config = NULL;
}

/* The pages for machines: any thread. */

static struct measured measured_of(struct app *app)
{
    const struct api *api = atomic_load(&app->api);
    return (struct measured){.workers = app->watched,
                             .worker_count = atomic_load(&app->worker_count),
                             .partitions = app->partitions,
                             .watch = app->watch,
                             .sinks = atomic_load(&app->sinks),
                             .api = api ? api_counts(api) : NULL,
                             .kafka = &app->kafka_counts,
                             .daemon = &app->counts,
                             .clock = &clock_machine};
}

static void status(void *host, struct buffer *out)
{
    struct app *app = host;
    const struct measured measured = measured_of(app);
    status_write(&measured, atomic_load(&app->api), out);
}

static void page_metrics(void *host, struct buffer *out)
{
    const struct measured measured = measured_of(host);
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

/* What it was made with counts, not what is in force when its thread begins: a reload may have come
 * in between. */
static void take_newer(struct app_worker *own)
{
    struct in_force *in_force = &own->app->in_force;
    struct held_config *newer = in_force_newer(in_force, own->config);
    if (!newer)
        return;
    worker_reconfigure(own->worker, newer->config);
    in_force_release(in_force, own->config);
    own->config = newer;
}

static void *worker_main(void *argument)
{
    struct app_worker *own = argument;
    struct app *app = own->app;
    int64_t said_ms = 0;
    while (!atomic_load(&app->stopping)) {
        struct fault fault = {""};
        take_newer(own);
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
    size_t number = atomic_load(&app->worker_count);
    struct app_worker *own = &app->workers[number];
    struct store *store = NULL;
    struct publisher *publisher = NULL;
    struct source *source = NULL;
    enum err err = store_open(app, &store, fault);
    if (err)
        return err;
    own->app = app;
    own->config = in_force_hold(&app->in_force);
    struct worker_options options = {.config = own->config->config,
                                     .store = store,
                                     .clock = &clock_machine,
                                     .partitions = app->partitions,
                                     .partition_of = kafka_partition,
                                     .epochs = app->epochs,
                                     .timers = true,
                                     .staff_read = account_staff,
                                     .arrival_clock =
                                         start_settings(app)->daemon.clock == DAEMON_CLOCK_ARRIVAL,
                                     .read_log = read_log,
                                     .read_log_context = own};
    own->worker = worker_new(&options);
    app->watched[number] = own->worker;
    atomic_store(&app->worker_count, number + 1);
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
    int failed = pthread_create(&own->thread, NULL, worker_main, own);
    if (failed)
        return fault_set(fault, ERR_IO, "worker thread: %s", strerror(failed));
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

static void topics_of(const struct settings *settings, const char *topics[8])
{
    topics[0] = settings->kafka.readings;
    topics[1] = settings->kafka.billing;
    topics[2] = settings->kafka.household;
    topics[3] = settings->kafka.report;
    topics[4] = settings->kafka.alerts;
    topics[5] = settings->kafka.weather;
    topics[6] = settings->kafka.dead_letters;
    topics[7] = settings->kafka.audit;
}

/* Where something listens whose port the kernel chose, for scripts: whole, or not there. address
 * NULL: nowhere. */
static void write_address(const struct app *app, const char *name, const char *address)
{
    const char *folder = start_settings(app)->daemon.data_dir;
    char path[OPTION_TEXT_MAX + 32], aside[OPTION_TEXT_MAX + 32];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    (void)snprintf(aside, sizeof aside, "%s/%s.new", folder, name);
    if (!address) {
        (void)unlink(path);
        return;
    }
    FILE *file = fopen(aside, "we");
    bool written = file && fprintf(file, "%s\n", address) > 0;
    if (file && fclose(file) == 0 && written)
        (void)rename(aside, path);
}

static void tell_broker(const struct app *app)
{
    write_address(app, "kafka.address", app->common.brokers);
    log_line(LOG_INFO, "embedded broker", "kafka=%s", app->common.brokers);
}

static enum err start_embedded(struct app *app, struct fault *fault)
{
    const struct settings *settings = start_settings(app);
    const char *topics[8];
    topics_of(settings, topics);
    enum err err =
        redis_child_start(settings->daemon.data_dir, &app->redis, &app->redis_address, fault);
    if (err)
        return err;
    const char *address = NULL;
    err = broker_start(topics, 8, EMBEDDED_PARTITIONS, &app->broker, &address, fault);
    if (err)
        return err;
    app->common.brokers = address;
    in_force_embed(&app->in_force, address, app->redis_address);
    tell_broker(app);
    return ERR_OK;
}

static enum err check_kafka(struct app *app, struct fault *fault)
{
    const char *topics[8];
    topics_of(start_settings(app), topics);
    /* Household-keyed topics, the alerts among them, have equal counts; the others need only be,
     * and the audit log's is not waited for. */
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
    struct api_options options = {.socket_path = socket_path,
                                  .audit_path = audit_path,
                                  .partitions = app->partitions,
                                  .store = store,
                                  .publisher_new = api_publisher,
                                  .publisher_context = app,
                                  .kafka = &app->common,
                                  .settings = settings,
                                  .clock = &clock_machine,
                                  .host = {app, reload, config_hold, config_release, status,
                                           pages_of(app), config_next, sink_try}};
    struct api *api = NULL;
    err = api_start(&options, &api, fault);
    atomic_store(&app->api, api);
    return err;
}

/* For sinks that look people up: on their threads. */

static enum err addressee_store(void *context, struct store **out, struct fault *fault)
{
    return store_open(context, out, fault);
}

static enum err addressee_audit(void *context, const struct addressee_record *record,
                                struct fault *fault)
{
    struct app *app = context;
    char who[sizeof "sink:" + CONFIG_SINK_NAME_MAX];
    (void)snprintf(who, sizeof who, "sink:%s", record->sink);
    const struct audit_entry entry = {.at_ms = clock_wall_ms(&clock_machine),
                                      .who = who,
                                      .action = "directory",
                                      .subject = record->alert,
                                      .household = record->household,
                                      .why = record->why,
                                      .result = "intended"};
    return api_record(app->api, &entry, fault);
}

static enum err start_sinks(struct app *app, struct fault *fault)
{
    struct sinks *sinks = NULL;
    app->addressees = (struct addressee_host){app, addressee_store, addressee_audit};
    const struct sinks_options options = {.common = &app->common,
                                          .config = app->in_force.start->config,
                                          .partitions = app->partitions,
                                          .clock = &clock_machine,
                                          .host = &app->addressees};
    enum err err = sinks_start(&options, &sinks, fault);
    atomic_store(&app->sinks, sinks);
    return err;
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
    app->common.properties = config_kafka_properties(app->in_force.start->config, &properties);
    app->common.property_count = properties;
    app->common.counts = &app->kafka_counts;
    enum err err = make_data_dir(settings->daemon.data_dir, fault);
    if (!err)
        write_address(app, "metrics.address", NULL);
    if (!err)
        write_address(app, "console.address", NULL);
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
    if (!err)
        err = start_sinks(app, fault);
    if (!err)
        err = follower_start(&app->common, settings->kafka.alerts, &events_sink_ops,
                             api_events(app->api), &app->live, fault);
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
    follower_stop(app->live);
    sinks_stop(atomic_load(&app->sinks)); /* they write to the API's audit log */
    api_stop(app->api);
    follower_stop(app->screen);
    sinks_free(atomic_load(&app->sinks));
    watch_free(app->watch);
    for (size_t i = 0; i < app->worker_count; i++) {
        worker_free(app->workers[i].worker);
        in_force_release(&app->in_force, app->workers[i].config);
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

/* At the start, and when a port has become free: a line a place. */
static void tell_page(struct app *app)
{
    struct buffer lines = {0}, places = {0};
    const char *address;
    size_t count = 0;
    for (size_t i = 0; (address = api_address(app->api, i)); i++) {
        if (!address[0])
            continue;
        buffer_format(&lines, "%s%s", count ? "\n" : "", address);
        buffer_format(&places, "%s%s", count ? "," : "", address);
        count++;
    }
    if (count > app->told_places) {
        app->told_places = count;
        write_address(app, "console.address", lines.at);
        log_line(LOG_INFO, "people sign in", "address=%s", places.at);
    }
    buffer_done(&lines);
    buffer_done(&places);
}

static void tell_places(struct app *app, int64_t now)
{
    listen_for_probes(app, now);
    tell_page(app);
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
    tell_places(app, now);
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
            api_look_at_files(app->api);
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
    struct app *app = memory_get(sizeof *app);
    if (in_force_load(&app->in_force, options, &errors)) {
        (void)fprintf(stderr, "%s%s", buffer_view(&errors.warnings).at, errors.text.at);
        config_errors_done(&errors);
        free(app);
        return ERR_CONFIG;
    }
    log_each(LOG_WARNING, "environment variable is no option", buffer_view(&errors.warnings).at);
    config_errors_done(&errors);
    app->options = options;
    app->watchdog_ms = notify_watchdog_ms();
    metric_set(&app->counts.build, 1);
    metric_set(&app->counts.config_generation, 1);
    metric_set(&app->counts.started_s, time(NULL));

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
        /* Whoever waits for the next line reads the addresses then. */
        tell_places(app, clock_monotonic_ms(&clock_machine));
        log_line(LOG_INFO, "started", "version=%s partitions=%u workers=%zu", ANBU_VERSION,
                 app->partitions, app->worker_count);
        wait_for_end(app, &signals);
    }
    stop(app);
    if (!err && atomic_load(&app->broken))
        err = ERR_IO;
    in_force_done(&app->in_force);
    free(app);
    return err;
}
