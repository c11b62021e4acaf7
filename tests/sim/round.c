/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/alert.h"
#include "base/crc32c.h"
#include "household/record.h"
#include "sim.h"
#include "tests/unit/picture.h"

#define TURNS_MAX      40000
#define QUIET_TURNS    40
#define OVERTAKE_STEPS 20

/* ---- the schedule ---- */

static bool is_there(const struct sim_worker *worker)
{
    return worker->worker && !worker->dead && !worker->paused;
}

static int any_worker(struct sim *sim, int but)
{
    int from = (int)sim_roll(sim, SIM_WORKERS_MAX);
    for (int i = 0; i < SIM_WORKERS_MAX; i++) {
        int w = (from + i) % SIM_WORKERS_MAX;
        if (w != but && is_there(&sim->workers[w]))
            return w;
    }
    return SIM_NOBODY;
}

static void give(struct sim *sim, uint32_t p, int to, bool expired)
{
    if (sim->owner_of[p] == to)
        return;
    sim->owner_of[p] = to;
    sim->expired[p] = expired;
}

static void rebalance(struct sim *sim, bool expired)
{
    for (uint32_t p = 0; p < sim->partitions; p++)
        give(sim, p, any_worker(sim, SIM_NOBODY), expired);
}

/* What a worker had goes to the others. */
static void inherit(struct sim *sim, int from)
{
    for (uint32_t p = 0; p < sim->partitions; p++)
        if (sim->owner_of[p] == from)
            give(sim, p, any_worker(sim, from), true);
}

/* One that has died in a step; others inherit. */
static void bury(struct sim_worker *worker)
{
    if (!worker->dead)
        return;
    sim_worker_end(worker);
    worker->dead = false;
    inherit(worker->sim, worker->number);
}

void sim_step(struct sim_worker *worker)
{
    struct sim *sim = worker->sim;
    struct fault fault = {""};
    sim->clock.monotonic_ms += 50 + sim_roll(sim, 1500);
    if (sim->people)
        sim->clock.clock.set_ms += sim_roll(sim, 60000);
    enum err err = worker_step(worker->worker, 0, &fault);
    if (err && !worker->dead && err_disposition(err) != DISPOSITION_RETRY)
        sim_fail(sim, "worker %d ends: %s", worker->number, fault.text);
    bury(worker);
}

void sim_overtake(struct sim_worker *paused)
{
    struct sim *sim = paused->sim;
    if (any_worker(sim, paused->number) == SIM_NOBODY)
        return;
    paused->paused = true;
    sim->depth++;
    inherit(sim, paused->number);
    for (uint32_t i = sim_roll(sim, OVERTAKE_STEPS) + 1; i > 0; i--) {
        int w = any_worker(sim, paused->number);
        if (w != SIM_NOBODY)
            sim_step(&sim->workers[w]);
    }
    sim->depth--;
    paused->paused = false;
}

static void go_back_in_time(struct sim *sim)
{
    if (!sim->image)
        return;
    store_memory_restore(sim->store, sim->image);
    sim->rewinds++;
    sim_trace("sim: the store has gone back");
    for (int p = 0; p < SIM_PARTITIONS_MAX; p++)
        sim->taker[p][0] = '\0'; /* whoever took it before must take it anew */
    store_memory_image_free(sim->image);
    sim->image = NULL;
}

static void happen(struct sim *sim)
{
    if (sim_happens(sim, SIM_REBALANCE))
        rebalance(sim, false);
    if (sim_happens(sim, SIM_EXPIRED))
        rebalance(sim, true);
    if (sim_happens(sim, SIM_JOIN))
        for (int w = 0; w < SIM_WORKERS_MAX; w++)
            if (!sim->workers[w].worker) {
                sim_worker_start(sim, w);
                rebalance(sim, false);
                break;
            }
    if (sim_happens(sim, SIM_LEAVE)) {
        int w = any_worker(sim, SIM_NOBODY);
        if (w != SIM_NOBODY) {
            worker_stop(sim->workers[w].worker, 1000);
            sim_worker_end(&sim->workers[w]);
            sim->workers[w].dead = false;
            inherit(sim, w);
        }
    }
    if (sim_happens(sim, SIM_HIDDEN))
        sim->hidden_turns[sim_roll(sim, sim->partitions)] = 1 + (int)sim_roll(sim, 30);
    if (sim_happens(sim, SIM_CLOCK))
        sim->clock.clock.set_ms += ((int64_t)sim_roll(sim, 7200) - 3600) * 1000;
    if (!sim->image && sim->rates[SIM_REWIND] && sim_roll(sim, 20) == 0)
        sim->image = (sim_trace("sim: saved"), store_memory_save(sim->store));
    else if (sim->image && sim_happens(sim, SIM_REWIND))
        go_back_in_time(sim);
    else if (sim->image && sim_roll(sim, 20) == 0) { /* a second has passed: it is on disk */
        store_memory_image_free(sim->image);
        sim->image = NULL;
    }
    if (sim->people && sim_roll(sim, 4) == 0)
        sim_person_acts(sim);
    int w = sim->people && sim_happens(sim, SIM_RELOAD) ? any_worker(sim, SIM_NOBODY) : SIM_NOBODY;
    if (w != SIM_NOBODY) {
        worker_reconfigure(sim->workers[w].worker, sim->config);
        bury(&sim->workers[w]); /* it has written what it had */
    }
}

static void turn(struct sim *sim)
{
    int w = any_worker(sim, SIM_NOBODY);
    for (uint32_t p = 0; p < sim->partitions; p++)
        sim->hidden_turns[p] -= sim->hidden_turns[p] > 0;
    if (w == SIM_NOBODY) {
        sim_worker_start(sim, (int)sim_roll(sim, SIM_WORKERS_MAX));
        rebalance(sim, false);
        return;
    }
    for (uint32_t p = 0; p < sim->partitions; p++)
        if (sim->owner_of[p] == SIM_NOBODY)
            give(sim, p, w, true);
    sim_step(&sim->workers[w]);
}

static void count_entry(void *context, const struct store_outbox_entry *entry)
{
    (void)entry;
    ++*(size_t *)context;
}

static bool is_idle(struct sim *sim)
{
    size_t entries = 0;
    struct fault fault;
    for (uint32_t p = 0; p < sim->partitions; p++) {
        int w = sim->owner_of[p];
        if (w == SIM_NOBODY || !sim->workers[w].worker ||
            !sim_source_runs(sim->workers[w].source, p) ||
            !sim_lanes_read(sim->workers[w].source, p) ||
            sim->store->ops->outbox(sim->store, p, "", 1, count_entry, &entries, &fault))
            return false;
    }
    unsigned owned = 0;
    for (int w = 0; w < SIM_WORKERS_MAX; w++)
        if (sim->workers[w].worker) {
            const struct worker_counts *counts = worker_counts(sim->workers[w].worker);
            owned += counts->partitions;
            if (counts->dirty)
                return false;
        }
    return !entries && owned == sim->partitions;
}

/* Until all is read, delivered and written, and nothing more comes of it. */
static void run_out(struct sim *sim)
{
    sim->faulty = false;
    for (int p = 0; p < SIM_PARTITIONS_MAX; p++)
        sim->hidden_turns[p] = 0;
    int turns = 0;
    for (int quiet = 0; quiet < QUIET_TURNS && !sim->failure.bytes; turns++) {
        turn(sim);
        quiet = is_idle(sim) ? quiet + 1 : 0;
        if (turns > TURNS_MAX)
            sim_fail(sim, "it never comes to its end: partitions of %d %d %d", sim->owner_of[0],
                     sim->owner_of[1], sim->owner_of[2]);
    }
    for (int w = 0; w < SIM_WORKERS_MAX; w++)
        if (sim->workers[w].worker)
            worker_stop(sim->workers[w].worker, 1000);
}

void sim_quiet(struct sim *sim)
{
    sim_worker_start(sim, 0);
    rebalance(sim, false);
    run_out(sim);
}

void sim_faulty(struct sim *sim)
{
    sim->faulty = true;
    uint32_t workers = 1 + sim_roll(sim, SIM_WORKERS_MAX);
    for (uint32_t w = 0; w < workers; w++)
        sim_worker_start(sim, (int)w);
    rebalance(sim, false);
    for (uint32_t turns = 100 + sim_roll(sim, 900);
         turns > 0 && sim->faults_left > 0 && !sim->failure.bytes; turns--) {
        happen(sim);
        turn(sim);
    }
    run_out(sim);
}

/* ---- what is left ---- */

static void add_sent(const struct sim *sim, enum publisher_topic topic, const char *title,
                     struct buffer *out)
{
    char **lines = memory_get((sim->sent_count + 1) * sizeof *lines);
    size_t count = 0;
    for (size_t i = 0; i < sim->sent_count; i++) {
        struct buffer line = {0};
        if (sim->sent[i].topic != topic)
            continue;
        buffer_format(&line, "%s ", sim->sent[i].id);
        buffer_add(&line, sim->sent[i].body.at, sim->sent[i].body.bytes);
        lines[count++] = line.at;
    }
    picture_add(out, title, lines, count);
}

static void record_line(void *context, size_t index, const void *bytes, uint32_t size)
{
    (void)index;
    buffer_format(context, "%u bytes %08x\n", size, size ? crc32c(bytes, size) : 0);
}

static bool alert_line(void *context, uint32_t partition, struct text snapshot)
{
    (void)partition;
    buffer_add(context, snapshot.at, snapshot.bytes);
    buffer_text(context, "\n");
    return true;
}

void sim_picture(struct sim *sim, struct buffer *out)
{
    struct fault fault;
    buffer_clear(out);
    buffer_text(out, "== records\n");
    for (uint32_t p = 0; p < sim->partitions; p++)
        for (int home = 0; home < sim->home_count[p]; home++) {
            struct text name = text_of(sim->homes[p][home]);
            buffer_format(out, "%s ", sim->homes[p][home]);
            if (sim->store->ops->load(sim->store, p, &name, 1, record_line, out, &fault))
                sim_fail(sim, "%s", fault.text);
        }
    buffer_text(out, "== what was counted of them\n");
    for (uint32_t p = 0; p < sim->partitions; p++) {
        const struct text nobody = STORE_NOBODY;
        if (sim->store->ops->load(sim->store, p, &nobody, 1, record_line, out, &fault))
            sim_fail(sim, "%s", fault.text);
    }
    buffer_text(out, "== alerts\n");
    for (uint32_t p = 0; p < sim->partitions; p++)
        if (sim->store->ops->alerts(sim->store, p, false, 0, alert_line, out, &fault))
            sim_fail(sim, "%s", fault.text);
    add_sent(sim, PUBLISH_ALERTS, "events", out);
    add_sent(sim, PUBLISH_DEAD_LETTERS, "dead letters", out);
}

static bool in_log(const struct sim *sim, const char *id)
{
    for (size_t i = 0; i < sim->sent_count; i++)
        if (sim->sent[i].topic == PUBLISH_ALERTS && strcmp(sim->sent[i].id, id) == 0)
            return true;
    return false;
}

static bool check_alert(void *context, uint32_t partition, struct text snapshot)
{
    struct sim *sim = context;
    struct alert alert;
    struct fault fault;
    (void)partition;
    if (alert_read(snapshot, &alert, &fault)) {
        sim_fail(sim, "an alert cannot be read: %s", fault.text);
        return false;
    }
    for (int64_t version = 1; version <= alert.version; version++) {
        char id[64];
        (void)snprintf(id, sizeof id, "%s.%" PRId64, alert.id, version);
        if (!in_log(sim, id))
            sim_fail(sim, "alert %s has version %" PRId64 ", and %s is not in the log", alert.id,
                     alert.version, id);
    }
    alert_done(&alert);
    return true;
}

static void look_whether_left(void *context, size_t index, const void *bytes, uint32_t size)
{
    struct record record;
    (void)index;
    if (!size)
        return;
    record_view((void *)(uintptr_t)bytes, &record);
    *(bool *)context = record.home->opted_out;
}

static bool count_alert(void *context, uint32_t partition, struct text snapshot)
{
    (void)partition, (void)snapshot;
    (*(size_t *)context)++;
    return true;
}

/* Who has opted out has no alert, whatever crashed and went back meanwhile. */
static void check_erased(struct sim *sim, uint32_t p, const char *home)
{
    struct fault fault;
    struct text name = text_of(home);
    bool left = false;
    size_t alerts = 0;
    if (sim->store->ops->load(sim->store, p, &name, 1, look_whether_left, &left, &fault) ||
        sim->store->ops->alerts_of(sim->store, p, name, 0, count_alert, &alerts, &fault))
        sim_fail(sim, "%s", fault.text);
    if (left && alerts)
        sim_fail(sim, "home %s has opted out and has %zu alerts", home, alerts);
}

/* Every version of every alert is in the log, and nothing newer than the store has. */
void sim_check_log(struct sim *sim)
{
    struct fault fault;
    for (uint32_t p = 0; p < sim->partitions; p++)
        for (int home = 0; home < sim->home_count[p]; home++)
            check_erased(sim, p, sim->homes[p][home]);
    for (uint32_t p = 0; p < sim->partitions; p++)
        if (sim->store->ops->alerts(sim->store, p, false, 0, check_alert, sim, &fault))
            sim_fail(sim, "%s", fault.text);
    for (size_t i = 0; i < sim->sent_count; i++) {
        const struct sim_sent *sent = &sim->sent[i];
        struct buffer json = {0};
        struct alert alert;
        char id[64];
        size_t bytes = strcspn(sent->id, ".");
        if (sent->topic != PUBLISH_ALERTS ||
            !text_copy((struct text){sent->id, bytes}, id, sizeof id))
            continue;
        if (sim->store->ops->alert(sim->store, sent->partition, id, &json, &fault)) {
            if (!sim_was_erased(sim, id))
                sim_fail(sim, "event %s is in the log, its alert not in the store", sent->id);
        } else if (!alert_read(buffer_view(&json), &alert, &fault)) {
            if (strtoll(sent->id + bytes + 1, NULL, 10) > alert.version)
                sim_fail(sim, "event %s is in the log, the store is at version %" PRId64, sent->id,
                         alert.version);
            alert_done(&alert);
        }
        buffer_done(&json);
    }
}
