/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/stats.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "alert/lifecycle.h"

#define DAY_MS 86400000ll

#define STATS_AFTER_NAME(constant, name, days) name,
#define STATS_AFTER_DAYS(constant, name, days) days,
const char *const stats_after_names[STATS_AFTER_COUNT] = {STATS_AFTERS(STATS_AFTER_NAME)};
static const int after_days[STATS_AFTER_COUNT] = {STATS_AFTERS(STATS_AFTER_DAYS)};

/* ---- what is left of an alert ---- */

static bool is_step(const struct alert_step *step, enum alert_step_kind kind)
{
    return strcmp(step->what, alert_step_words[kind]) == 0;
}

static uint32_t detector_bit(const char *name)
{
    for (size_t i = 0; i < detector_count; i++)
        if (strcmp(detectors[i]->name, name) == 0)
            return 1u << i;
    return 0;
}

/* Whether an incident has it, and when it was told. */
static void take_told(const struct alert *alert, struct stats_fact *out)
{
    bool held = false;
    out->told_ms = alert->raised_wall_ms;
    for (size_t i = 0; i < alert->step_count; i++) {
        const struct alert_step *step = &alert->steps[i];
        if (is_step(step, STEP_HOLD_ENDED) && step->at_ms > out->told_ms)
            out->told_ms = step->at_ms;
        if (is_step(step, STEP_HELD))
            held = true;
        else if (is_step(step, STEP_HOLD_ENDED) || is_step(step, STEP_ACKNOWLEDGED))
            held = false;
    }
    out->held = held || alert->held_by[0];
}

void stats_fact_of(const struct alert *alert, struct stats_fact *out)
{
    *out = (struct stats_fact){.teams = alert_teams(alert),
                               .state = alert->state,
                               .outcome = alert->has_outcome ? alert->outcome : OUTCOME_COUNT};
    memcpy(out->id, alert->id, sizeof out->id);
    memcpy(out->household, alert->household, sizeof out->household);
    memcpy(out->area, alert->area, sizeof out->area);
    for (size_t i = 0; i < alert->reason_count; i++)
        out->detectors |= detector_bit(alert->reasons[i].detector);
    take_told(alert, out);
    for (size_t i = 0; i < alert->step_count; i++) {
        const struct alert_step *step = &alert->steps[i];
        bool person = strcmp(step->who, ALERT_WHO_MACHINE) != 0 && !is_step(step, STEP_ANSWERED);
        if (step->at_ms >= out->told_ms && !out->taken_ms &&
            (is_step(step, STEP_ACKNOWLEDGED) || is_step(step, STEP_ACCEPTED)))
            out->taken_ms = step->at_ms;
        if (step->at_ms >= out->told_ms && !out->tried_ms && person && step->has_contact)
            out->tried_ms = step->at_ms;
        if (is_step(step, STEP_RESOLVED) || is_step(step, STEP_CLEARED))
            out->closed_ms = step->at_ms;
    }
    /* Cleared by a reading: its time is the meter's, and history may be told late. */
    if (out->closed_ms && out->closed_ms < out->told_ms)
        out->closed_ms = out->told_ms;
    if (alert_is_live(alert))
        out->closed_ms = 0;
}

static int by_household(const void *a, const void *b)
{
    const struct stats_fact *x = a, *y = b;
    int order = strcmp(x->household, y->household);
    return order ? order : strcmp(x->id, y->id);
}

void stats_sort(struct stats_fact *facts, size_t count)
{
    if (count)
        qsort(facts, count, sizeof *facts, by_household);
}

/* ---- counting ---- */

static bool is_asked(const struct stats_query *query, const struct stats_fact *fact)
{
    return (!query->teams || query->teams & fact->teams) &&
           (!query->area || strcmp(query->area, fact->area) == 0) &&
           (!query->sees || query->sees(query->viewer, fact));
}

/* Seconds that somebody waited, in the making. */
struct waits {
    int64_t *seconds;
    size_t count;
};

static void wait_add(struct waits *waits, int64_t from_ms, int64_t to_ms)
{
    if (to_ms)
        waits->seconds[waits->count++] = (to_ms - from_ms) / 1000;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* By nearest rank: a wait that somebody had. */
static struct stats_wait waits_settle(struct waits *waits)
{
    struct stats_wait out = {.n = waits->count};
    if (out.n) {
        qsort(waits->seconds, out.n, sizeof *waits->seconds, by_size);
        out.median_s = waits->seconds[(out.n - 1) / 2];
        out.p90_s = waits->seconds[(out.n * 9 + 9) / 10 - 1];
    }
    free(waits->seconds);
    return out;
}

static void count_rules(const struct stats_fact *fact, struct stats *out)
{
    for (size_t i = 0; i < detector_count; i++) {
        if (!(fact->detectors >> i & 1))
            continue;
        out->rules[i].raised++;
        if (fact->outcome < OUTCOME_COUNT)
            precision_add(&out->rules[i].precision, fact->outcome);
    }
}

/* The latest alert of a household that was over so long ago, and whether one came in that time. */
static void count_after(const struct stats_query *query, const struct stats_fact *facts,
                        size_t count, enum stats_after_span span, struct stats_after *out)
{
    int64_t span_ms = after_days[span] * DAY_MS, closed_ms = 0;
    bool again = false;
    for (size_t i = 0; i < count; i++)
        if (!facts[i].held && facts[i].closed_ms > closed_ms &&
            facts[i].closed_ms <= query->now_ms - span_ms && is_asked(query, &facts[i]))
            closed_ms = facts[i].closed_ms;
    if (!closed_ms)
        return;
    for (size_t i = 0; i < count; i++)
        again = again || (!facts[i].held && facts[i].told_ms > closed_ms &&
                          facts[i].told_ms <= closed_ms + span_ms && is_asked(query, &facts[i]));
    out->n++;
    out->no_longer += !again;
}

static void count_one(const struct stats_fact *fact, const struct stats_query *query,
                      struct waits *taken, struct waits *tried, struct stats *out)
{
    int32_t day = local_day(zone_local_s(query->zone, fact->told_ms / 1000)) - out->from;
    bool within = day >= 0 && day < out->days;
    if (fact->held) {
        out->held += within;
        return;
    }
    if (within || fact->state < ALERT_CLEARED)
        out->states[fact->state]++;
    if (!within)
        return;
    out->raised[day]++;
    wait_add(taken, fact->told_ms, fact->taken_ms);
    wait_add(tried, fact->told_ms, fact->tried_ms);
    if (fact->outcome < OUTCOME_COUNT)
        out->outcomes[fact->outcome]++;
    count_rules(fact, out);
}

void stats_count(const struct stats_fact *facts, size_t count, const struct stats_query *query,
                 struct stats *out)
{
    struct waits taken = {memory_get((count + 1) * sizeof *taken.seconds), 0};
    struct waits tried = {memory_get((count + 1) * sizeof *tried.seconds), 0};
    assert(query->days >= 1 && query->days <= STATS_DAYS_MAX);
    int32_t today = local_day(zone_local_s(query->zone, query->now_ms / 1000));
    *out = (struct stats){.from = today - query->days + 1, .days = query->days};
    for (size_t i = 0; i < count; i++)
        if (is_asked(query, &facts[i]))
            count_one(&facts[i], query, &taken, &tried, out);
    for (size_t first = 0, next = 0; first < count; first = next) {
        while (next < count && strcmp(facts[next].household, facts[first].household) == 0)
            next++;
        for (int span = 0; span < STATS_AFTER_COUNT; span++)
            count_after(query, &facts[first], next - first, (enum stats_after_span)span,
                        &out->after[span]);
    }
    out->taken = waits_settle(&taken);
    out->tried = waits_settle(&tried);
    for (size_t i = 0; i < detector_count; i++)
        precision_judge(&out->rules[i].precision);
}
