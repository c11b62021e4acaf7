/* SPDX-License-Identifier: Apache-2.0
 *
 * Where findings, timers and the alerts log become transitions: load, ask the state machine,
 * compare and set, once more when somebody was faster.
 */
#include <stdlib.h>
#include <string.h>

#include "alert/policy.h"
#include "alert/reasons.h"
#include "alert/restore.h"
#include "base/log.h"
#include "partition.h"

#define TRIES_MAX      8
#define TIMERS_MAX     64
#define LOG_KEPT_EVERY 1000 /* events */
#define STAFF_MS       500

enum err casework_load(struct worker *worker, struct partition *partition, const char *id,
                       struct alert *out, struct fault *fault)
{
    struct buffer json = {0};
    enum err err = worker->store->ops->alert(worker->store, partition->number, id, &json, fault);
    if (!err)
        err = alert_read(buffer_view(&json), out, fault);
    buffer_done(&json);
    return err;
}

/* Damaged, or of another version: it is not written over, and it holds up nobody else's. */
static void say_unreadable(struct worker *worker, const struct partition *partition,
                           const char *alert, const struct fault *why)
{
    struct fault named;
    enum err err = fault_set(&named, ERR_CORRUPT, "alert %.32s: %s", alert,
                             why->text[0] ? why->text : err_text(ERR_CORRUPT));
    metric_add(&worker->counts.alerts_unreadable, 1);
    gauge_complain(worker, &worker->alert_quota, "alert cannot be read and is left as it is",
                   partition->number, err, &named);
}

/* The number of the finding alone: it changes no alert, but must not come again. */
static enum err record_seq(struct worker *worker, struct partition *partition,
                           const struct finding *finding, struct fault *fault)
{
    struct store_transition step = {.partition = partition->number,
                                    .household = text_of(finding->household),
                                    .detector = finding->detector_index,
                                    .finding_seq = finding->seq};
    return worker->store->ops->transition(worker->store, &partition->head, &step, fault);
}

/* One team that a finding is told to. */
struct telling {
    const struct finding *finding;
    const struct store_case *seen;
    bool to_police; /* besides the detector's own team, which comes last */
};

static enum team team_of(const struct telling *telling)
{
    return telling->to_police ? TEAM_POLICE : telling->finding->detector->team;
}

/* A graver stage may make it a matter for the police that it was not when it began. */
static bool may_begin(const struct telling *telling)
{
    return telling->to_police ? policy_police_too(telling->finding) : telling->finding->begins;
}

/* A finding that grows or ends speaks of an alert; closed by people, it says nothing new. What the
 * police were told they are told the end of, too. */
static bool concerns(const struct telling *telling, struct alert *open)
{
    if (may_begin(telling))
        return true;
    const struct alert_reason *reason =
        open ? reasons_find(open, telling->finding->detector) : NULL;
    return telling->to_police ? reason && reason->active : open != NULL;
}

/* The alert that the finding belongs to: the open one of the team, else one raised this very hour.
 * ERR_DUPLICATE: nothing can be added to it. */
static enum err find_alert(struct worker *worker, struct partition *partition,
                           const struct telling *telling, struct alert *out, bool *found,
                           struct fault *fault)
{
    char id[ALERT_ID_MAX];
    const struct finding *finding = telling->finding;
    const char *open = telling->seen->open[team_of(telling)];
    *found = false;
    if (!*open) {
        if (!may_begin(telling))
            return ERR_OK;
        alert_id(text_of(finding->household), team_of(telling), finding->at_s, id);
        open = id;
    }
    enum err err = casework_load(worker, partition, open, out, fault);
    *found = !err;
    if (err == ERR_CORRUPT) {
        say_unreadable(worker, partition, open, fault);
        return ERR_DUPLICATE;
    }
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err store_step(struct worker *worker, struct partition *partition,
                           const struct step *step, const struct telling *telling,
                           struct fault *fault)
{
    struct store_transition transition;
    /* Its number is kept with the last team's step: until then it may come again. */
    lifecycle_transition(step, partition->number, telling->to_police ? NULL : telling->finding,
                         &transition);
    int64_t from = clock_monotonic_ns(worker->options.clock);
    enum err err =
        worker->store->ops->transition(worker->store, &partition->head, &transition, fault);
    trip_over(&worker->counts, TRIP_TRANSITION, worker->options.clock, from);
    if (!err)
        tally_step(&worker->counts.tally, step, telling->finding);
    return err;
}

/* ERR_DUPLICATE: the team's alert does not change. */
static enum err tell_team(struct worker *worker, struct partition *partition,
                          const struct telling *telling, struct fault *fault)
{
    struct alert before = {0};
    struct step step = {0};
    bool found = false;
    enum err err = find_alert(worker, partition, telling, &before, &found, fault);
    if (err)
        return err;
    struct hold hold;
    const struct finding *finding = telling->finding;
    struct change change = {.kind = CHANGE_FINDING,
                            .who = ALERT_WHO_MACHINE,
                            .at_ms = finding->wall_ms,
                            .finding = finding,
                            .to_police = telling->to_police};
    if (areas_hold(worker, text_of(finding->area), text_of(finding->feeder), finding->wall_ms,
                   &hold))
        change.hold = &hold;
    err = concerns(telling, found ? &before : NULL)
              ? lifecycle_apply(found ? &before : NULL, &change, &worker->rules, &step, fault)
              : ERR_DUPLICATE;
    if (!err)
        err = store_step(worker, partition, &step, telling, fault);
    step_done(&step);
    if (found)
        alert_done(&before);
    return err;
}

static enum err apply_finding(struct worker *worker, struct partition *partition,
                              const struct finding *finding, struct fault *fault)
{
    struct store_case seen;
    struct text household = text_of(finding->household);
    struct telling telling = {.finding = finding, .seen = &seen};
    enum err err =
        worker->store->ops->load_case(worker->store, partition->number, household, &seen, fault);
    if (err)
        return err;
    if (finding->seq <= seen.finding_seq[finding->detector_index])
        return ERR_DUPLICATE;
    telling.to_police = finding->detector->team != TEAM_POLICE &&
                        (policy_police_too(finding) || *seen.open[TEAM_POLICE]);
    if (telling.to_police)
        err = tell_team(worker, partition, &telling, fault);
    if (err && err != ERR_DUPLICATE)
        return err;
    telling.to_police = false;
    err = tell_team(worker, partition, &telling, fault);
    return err == ERR_DUPLICATE ? record_seq(worker, partition, finding, fault) : err;
}

bool casework_findings(struct worker *worker, struct partition *partition)
{
    if (worker->finding_count)
        areas_before_findings(worker);
    for (size_t i = 0; i < worker->finding_count; i++) {
        const struct finding *finding = &worker->findings[i];
        struct fault fault = {""};
        enum err err = ERR_CONFLICT;
        if (worker->options.noted)
            worker->options.noted(worker->options.context, finding);
        for (int tries = 0; err == ERR_CONFLICT && tries < TRIES_MAX; tries++)
            err = apply_finding(worker, partition, finding, &fault);
        if (err && err != ERR_DUPLICATE) {
            worker->finding_count = 0;
            partition_fail(worker, partition, err, &fault);
            return false;
        }
        if (!err)
            partition->sweep = true;
        partition->due_ms = 0;
        metric_add(&worker->counts.findings, 1);
    }
    worker->finding_count = 0;
    return true;
}

/* Somebody may have taken it and given it back since the timers were asked for: then this one was
 * of another wait. What the alert says counts, not the rules: they may have changed since. */
static bool is_of_this_wait(const struct alert *alert, const struct store_due *due)
{
    if (strcmp(due->kind, TIMER_HOLD) == 0)
        return alert->held_by[0] && alert->held_until_ms <= due->due_ms;
    if (strcmp(due->kind, TIMER_REFER_ACCEPT) == 0)
        return alert->accept_by_ms && alert->accept_by_ms <= due->due_ms;
    if (strcmp(due->kind, TIMER_LADDER) == 0)
        return alert->climb.until_ms && alert->climb.until_ms <= due->due_ms;
    return strcmp(due->kind, TIMER_ACK_EXPIRY) == 0
               ? alert->expires_ms <= due->due_ms
               : lifecycle_escalates_since_ms(alert) < due->due_ms;
}

static enum timer timer_kind(const char *name)
{
    return strcmp(name, TIMER_ACK_EXPIRY) == 0     ? TIMER_KIND_ACK_EXPIRY
           : strcmp(name, TIMER_HOLD) == 0         ? TIMER_KIND_HOLD
           : strcmp(name, TIMER_REFER_ACCEPT) == 0 ? TIMER_KIND_REFER_ACCEPT
           : strcmp(name, TIMER_LADDER) == 0       ? TIMER_KIND_LADDER
                                                   : TIMER_KIND_UNACKNOWLEDGED;
}

/* One step of an alert, as it was loaded. */
static enum err take_step(struct worker *worker, struct partition *partition,
                          const struct alert *before, const struct change *change,
                          struct fault *fault)
{
    struct step step = {0};
    enum err err = lifecycle_apply(before, change, &worker->rules, &step, fault);
    if (!err) {
        struct store_transition transition;
        lifecycle_transition(&step, partition->number, NULL, &transition);
        err = worker->store->ops->transition(worker->store, &partition->head, &transition, fault);
    }
    if (!err)
        tally_step(&worker->counts.tally, &step, NULL);
    worker_beat(&worker->counts);
    step_done(&step);
    return err;
}

static enum err fire(struct worker *worker, struct partition *partition,
                     const struct store_due *due, int64_t now_ms, struct fault *fault)
{
    struct alert before;
    enum err err = casework_load(worker, partition, due->alert, &before, fault);
    if (err == ERR_CORRUPT) {
        say_unreadable(worker, partition, due->alert, fault);
        return ERR_REFUSED;
    }
    if (err)
        return err;
    static const enum alert_change changes[TIMER_KIND_COUNT] = {
        [TIMER_KIND_ACK_EXPIRY] = CHANGE_ACK_EXPIRED,
        [TIMER_KIND_UNACKNOWLEDGED] = CHANGE_UNACKNOWLEDGED,
        [TIMER_KIND_HOLD] = CHANGE_HOLD_END,
        [TIMER_KIND_REFER_ACCEPT] = CHANGE_NOT_ACCEPTED,
        [TIMER_KIND_LADDER] = CHANGE_STEP_DUE,
    };
    enum timer kind = timer_kind(due->kind);
    struct change change = {.kind = changes[kind], .who = ALERT_WHO_MACHINE, .at_ms = now_ms};
    err = is_of_this_wait(&before, due) ? take_step(worker, partition, &before, &change, fault)
                                        : ERR_DUPLICATE;
    if (!err)
        metric_add(&worker->counts.timers[kind], 1);
    alert_done(&before);
    return err;
}

/* Somebody acted in this moment, or it is not possible (any more). */
static bool is_overtaken(enum err err)
{
    return err == ERR_CONFLICT || err == ERR_DUPLICATE || err == ERR_REFUSED ||
           err == ERR_NOT_FOUND;
}

static enum err try_change(struct worker *worker, struct partition *partition, const char *id,
                           const struct change *change, struct fault *fault)
{
    struct alert before;
    enum err err = casework_load(worker, partition, id, &before, fault);
    if (err)
        return err;
    err = take_step(worker, partition, &before, change, fault);
    alert_done(&before);
    return err;
}

bool casework_change(struct worker *worker, struct partition *partition, const char *id,
                     const struct change *change)
{
    struct fault fault = {""};
    enum err err = ERR_CONFLICT; /* a person's step in this moment: what is asked still holds */
    for (int tries = 0; err == ERR_CONFLICT && tries < TRIES_MAX; tries++)
        err = try_change(worker, partition, id, change, &fault);
    if (!err) {
        partition->sweep = true;
        partition->due_ms = 0;
    }
    if (err && !is_overtaken(err))
        partition_fail(worker, partition, err, &fault);
    return !err || is_overtaken(err);
}

/* Who may be called is asked for when somebody may have to be, once for all partitions of a turn.
 */
static enum err know_staff(struct worker *worker, struct fault *fault)
{
    const struct worker_options *options = &worker->options;
    int64_t now_ms = clock_monotonic_ms(options->clock);
    size_t rosters = 0;
    (void)config_rosters(options->config, &rosters);
    worker->rules.staff = NULL;
    if (!rosters || !options->staff_read)
        return ERR_OK;
    if (!worker->staff_ms || now_ms - worker->staff_ms >= STAFF_MS) {
        staff_done(&worker->staff);
        worker->staff_ms = 0;
        enum err err = options->staff_read(worker->store, &worker->staff, fault);
        if (err && err_disposition(err) != DISPOSITION_REJECT)
            return err;
        /* No other try mends it, and rosters say who is on call without accounts, too. */
        if (err)
            staff_done(&worker->staff);
        worker->staff_ms = now_ms;
    }
    worker->rules.staff = &worker->staff;
    return ERR_OK;
}

/* Timers that nothing came of may stay: those behind them are asked for, too. */
bool casework_timers(struct worker *worker, struct partition *partition, int64_t now_ms)
{
    size_t room = TIMERS_MAX + partition->timers_stay, count = 0, stay = 0;
    struct store_due *due = memory_get(room * sizeof *due);
    struct fault fault = {""};
    enum err err = worker->store->ops->due(worker->store, partition->number, now_ms, due, room,
                                           &count, &fault);
    if (!err && count)
        err = know_staff(worker, &fault);
    for (size_t i = 0; i < count && !err; i++) {
        err = fire(worker, partition, &due[i], now_ms, &fault);
        bool overtaken = is_overtaken(err);
        stay += overtaken;
        if (overtaken)
            err = ERR_OK;
        else
            partition->sweep = true;
    }
    partition->timers_stay = stay;
    free(due);
    if (err)
        partition_fail(worker, partition, err, &fault);
    return !err;
}

bool casework_overdue(struct worker *worker, struct partition *partition, int64_t arrived_ms)
{
    if (!worker->options.arrival_clock || !worker->options.timers)
        return true;
    struct store_due before = {.due_ms = 0};
    /* Not those of this very moment: it may have been left half-way, and is gone through again. */
    while (partition->due_ms < arrived_ms) {
        struct store_due next = {.due_ms = INT64_MAX};
        size_t count = 0;
        struct fault fault = {""};
        enum err err = worker->store->ops->due(worker->store, partition->number, INT64_MAX, &next,
                                               1, &count, &fault);
        if (err) {
            partition_fail(worker, partition, err, &fault);
            return false;
        }
        /* One that nothing comes of, and that stays: the next tick asks again. */
        bool stays = next.due_ms == before.due_ms && strcmp(next.alert, before.alert) == 0 &&
                     strcmp(next.kind, before.kind) == 0;
        before = next;
        partition->due_ms = count && !stays ? next.due_ms : INT64_MAX;
        if (partition->due_ms < arrived_ms &&
            !casework_timers(worker, partition, partition->due_ms))
            return false;
    }
    return true;
}

struct log_reading {
    struct worker *worker;
    struct partition *partition;
    enum err err;
    struct fault fault;
    uint64_t restored;
    bool erased;         /* events of erased alerts among them: those stay away */
    int64_t next, kept;  /* offset after the last event; the last one that the head remembers */
    struct buffer later; /* events whose team has another live alert so far, one a line */
};

/* What an alert tells of was found before the store went back: a replay must not find it again. */
static enum err note_known(struct log_reading *reading, const struct alert *logged)
{
    struct store *store = reading->worker->store;
    enum err err = ERR_OK;
    for (size_t i = 0; i < logged->reason_count && !err; i++) {
        size_t d = 0;
        while (d < detector_count && strcmp(detectors[d]->name, logged->reasons[i].detector) != 0)
            d++;
        /* The other team's copy of it is no word about its own. */
        if (d == detector_count || detectors[d]->team != logged->team)
            continue;
        struct store_transition step = {.partition = reading->partition->number,
                                        .household = text_of(logged->household),
                                        .detector = (int)d,
                                        .finding_seq = logged->reasons[i].seq};
        err = store->ops->transition(store, &reading->partition->head, &step, &reading->fault);
        if (err == ERR_DUPLICATE)
            err = ERR_OK;
    }
    return err;
}

/* Puts the alert back as the log has it. The findings first: an alert that is there is not looked
 * at again. */
static enum err put_back(struct log_reading *reading, const struct alert *logged, int64_t version)
{
    struct store *store = reading->worker->store;
    struct step step = {0};
    struct store_transition transition;
    enum err err = note_known(reading, logged);
    if (err)
        return err;
    restore_step(logged, &reading->worker->rules, &step);
    lifecycle_transition(&step, reading->partition->number, NULL, &transition);
    transition.expected_version = version;
    transition.restores = true;
    transition.event = transition.event_id = transition.message = transition.message_id =
        (struct text){NULL, 0};
    err = store->ops->transition(store, &reading->partition->head, &transition, &reading->fault);
    step_done(&step);
    reading->restored += !err;
    reading->erased = reading->erased || err == ERR_DUPLICATE;
    return err == ERR_DUPLICATE ? ERR_OK : err;
}

static void keep_place(struct log_reading *reading)
{
    struct store *store = reading->worker->store;
    struct partition *partition = reading->partition;
    reading->err = store->ops->outbox_done(store, &partition->head, partition->number, NULL, 0,
                                           partition->log_base + reading->next, &reading->fault);
    reading->kept = reading->next;
}

/* If the store knows an older version, it went back in time; the event is the whole alert. */
static void restore(struct log_reading *reading, struct text event)
{
    struct alert logged, stored;
    struct fault unreadable;
    enum err read = restore_read(event, &logged, &unreadable);
    if (read == ERR_NOT_FOUND)
        return;
    if (read) {
        log_line(LOG_WARNING, "event of the alerts log cannot be read", "partition=%u error=\"%s\"",
                 reading->partition->number, unreadable.text);
        return;
    }
    int64_t version = 0;
    enum err err =
        casework_load(reading->worker, reading->partition, logged.id, &stored, &reading->fault);
    if (!err) {
        version = stored.version;
        alert_done(&stored);
    } else if (err == ERR_NOT_FOUND) {
        err = ERR_OK;
    }
    if (!err && logged.version > version) {
        err = put_back(reading, &logged, version);
        if (err == ERR_CONFLICT) {
            buffer_add(&reading->later, event.at, event.bytes);
            buffer_text(&reading->later, "\n");
            err = ERR_OK;
        }
    }
    if (err && err_disposition(err) == DISPOSITION_REJECT) {
        log_line(LOG_ERROR, "alert cannot be restored from the log",
                 "partition=%u alert=%.32s error=\"%s\"", reading->partition->number, logged.id,
                 reading->fault.text[0] ? reading->fault.text : err_text(err));
        err = ERR_OK;
    }
    reading->err = err;
    alert_done(&logged);
}

/* One event of the log. A long one is not begun anew when reading it takes too long for once; what
 * is to be tried again later is known here alone, so the place stays before it until then. */
static void read_event(void *context, struct text event, int64_t offset)
{
    struct log_reading *reading = context;
    if (reading->err)
        return;
    reading->next = offset + 1;
    restore(reading, event);
    if (!reading->err && !reading->later.bytes && reading->next - reading->kept >= LOG_KEPT_EVERY)
        keep_place(reading);
}

/* Events of two producers may stand in the wrong order: an alert before the end of the one that it
 * followed. Those are tried again as long as it helps. */
static void restore_later(struct log_reading *reading)
{
    size_t before = SIZE_MAX;
    while (!reading->err && reading->later.bytes && reading->later.bytes < before) {
        struct buffer events = reading->later;
        before = events.bytes;
        reading->later = (struct buffer){0};
        for (const char *at = events.at; *at && !reading->err; at += strcspn(at, "\n") + 1)
            restore(reading, (struct text){at, strcspn(at, "\n")});
        buffer_done(&events);
    }
    if (!reading->err && reading->later.bytes)
        log_line(LOG_ERROR, "alerts of the log stay out: their team has another live alert",
                 "partition=%u events=\"%.200s\"", reading->partition->number, reading->later.at);
    buffer_done(&reading->later);
}

/* To the log's end. One that ends before our place is another one (anbu.alerts was made anew): that
 * is noted first, and then it is read from its start, in the next epoch. */
static enum err read_log(struct log_reading *reading, int64_t from, struct fault *fault)
{
    const struct worker_options *options = &reading->worker->options;
    uint32_t p = reading->partition->number;
    enum err err =
        options->read_log(options->read_log_context, p, from, read_event, reading, fault);
    if (err != ERR_END)
        return err;
    log_line(LOG_ERROR, "alerts log made anew or cut",
             "partition=%u expected=%lld remedy=\"what the old one alone knew is lost; alerts in "
             "Redis stay\"",
             p, (long long)from);
    reading->partition->log_base += EPOCH_STEP;
    reading->next = 0;
    keep_place(reading);
    if (reading->err)
        return reading->err;
    return options->read_log(options->read_log_context, p, 0, read_event, reading, fault);
}

enum err casework_log(struct worker *worker, struct partition *partition, struct fault *fault)
{
    if (!worker->options.read_log)
        return ERR_OK;
    int64_t from = partition->head.log_offset >= partition->log_base
                       ? partition->head.log_offset - partition->log_base
                       : 0;
    struct log_reading reading = {
        .worker = worker, .partition = partition, .next = from, .kept = from};
    enum err err = read_log(&reading, from, fault);
    restore_later(&reading);
    /* They are not looked at again when the store remembers them no longer. */
    if (!err && !reading.err && reading.erased)
        keep_place(&reading);
    if (reading.err) {
        *fault = reading.fault;
        err = reading.err;
    }
    if (!err && reading.restored)
        log_line(LOG_WARNING, "alerts restored from the log: the store had gone back in time",
                 "partition=%u alerts=%llu", partition->number,
                 (unsigned long long)reading.restored);
    return err;
}
