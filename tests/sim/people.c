/* SPDX-License-Identifier: Apache-2.0
 *
 * Officers, as the API has them act: load, ask the state machine, compare and set, tell Kafka, and
 * only then confirm. What was confirmed must stand in the alert for ever after.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/rules.h"
#include "sim.h"

struct choice {
    struct sim *sim;
    size_t seen, wanted;
    struct alert alert;
    bool found;
};

static bool pick(void *context, uint32_t partition, struct text snapshot)
{
    struct choice *choice = context;
    struct fault fault;
    (void)partition;
    if (choice->seen++ != choice->wanted)
        return true;
    if (alert_read(snapshot, &choice->alert, &fault))
        sim_fail(choice->sim, "an alert cannot be read: %s", fault.text);
    else
        choice->found = true;
    return false;
}

static bool count(void *context, uint32_t partition, struct text snapshot)
{
    (void)partition, (void)snapshot;
    ++*(size_t *)context;
    return true;
}

static void publish(struct sim *sim, uint32_t p, enum publisher_topic topic, struct text key,
                    struct text id, struct text body)
{
    struct sim_sent sent = {.topic = topic,
                            .partition = p,
                            .key = memory_text(key),
                            .id = memory_text(id),
                            .body = {memory_text(body), body.bytes}};
    if (topic == PUBLISH_HOUSEHOLD) {
        int home = 0;
        while (home < sim->home_count[p] - 1 && strcmp(sim->homes[p][home], sent.key) != 0)
            home++;
        sim_put(sim, p, MESSAGE_HOUSEHOLD, sim->clock.clock.set_ms, home, "%s", sent.body.at);
    }
    sim_keep_sent(sim, &sent);
}

struct earlier {
    struct sim *sim;
    uint32_t partition;
    struct text household;
};

/* Steps of the household that Kafka may not have yet go before the one that is told now. */
static void publish_earlier(void *context, const struct store_outbox_entry *entry)
{
    const struct earlier *earlier = context;
    if (entry->topic == OUTBOX_ALERTS && text_equal(entry->key, earlier->household))
        publish(earlier->sim, earlier->partition, PUBLISH_ALERTS, entry->key, entry->id,
                entry->body);
}

static void confirm(struct sim *sim, const struct store_transition *step, const char *who)
{
    if (sim->deed_count == sim->deed_room) {
        sim->deed_room = sim->deed_room ? sim->deed_room * 2 : 16;
        sim->deeds = memory_grow(sim->deeds, sim->deed_room * sizeof *sim->deeds);
    }
    struct sim_deed *deed = &sim->deeds[sim->deed_count++];
    deed->version = step->version;
    (void)snprintf(deed->alert, sizeof deed->alert, "%s", step->alert);
    (void)snprintf(deed->who, sizeof deed->who, "%s", who);
    sim->deeds_done++;
}

static void act(struct sim *sim, uint32_t p, const struct alert *before)
{
    static const enum alert_change kinds[] = {
        CHANGE_ACKNOWLEDGE, CHANGE_ACKNOWLEDGE, CHANGE_NOTE,     CHANGE_RELEASE,
        CHANGE_RESOLVE,     CHANGE_REOPEN,      CHANGE_CONTACT,  CHANGE_REFER,
        CHANGE_ACCEPT,      CHANGE_DECLINE,     CHANGE_ESCALATE, CHANGE_ANSWER};
    char who[24];
    (void)snprintf(who, sizeof who, "officer-%llu", sim->deeds_done);
    struct change change = {
        .kind = kinds[sim_roll(sim, sizeof kinds / sizeof kinds[0])],
        .who = who,
        .note = "tried",
        .at_ms = sim->clock.clock.set_ms,
        .contact = {.result = (enum contact_result)sim_roll(sim, CONTACT_RESULT_COUNT)},
        .answer = (enum alert_answer)sim_roll(sim, ALERT_ANSWER_COUNT),
        .outcome = OUTCOME_SAFE};
    struct step step = {0};
    struct fault fault;
    struct store_transition transition;
    struct alert_rules rules;
    rules_of(sim->config, &rules);
    if (lifecycle_apply(before, &change, &rules, &step, &fault))
        return; /* not possible now: the officer is told so */
    lifecycle_transition(&step, p, NULL, &transition);
    enum err err = sim->store->ops->transition(sim->store, NULL, &transition, &fault);
    if (!err)
        sim_trace("sim: %s has done %s", who, transition.event_id.at);
    if (err && err != ERR_CONFLICT && err != ERR_BUSY)
        sim_fail(sim, "an officer's step: %s", fault.text);
    /* One in four is cut off before Kafka has it: nobody was told that it is done. */
    if (!err && (!sim->faulty || sim_roll(sim, 4))) {
        struct earlier earlier = {sim, p, transition.household};
        if (sim->store->ops->outbox(sim->store, p, "", 4096, publish_earlier, &earlier, &fault))
            sim_fail(sim, "%s", fault.text);
        if (transition.message.at)
            publish(sim, p, PUBLISH_HOUSEHOLD, transition.household, transition.message_id,
                    transition.message);
        confirm(sim, &transition, who);
    }
    step_done(&step);
}

void sim_person_acts(struct sim *sim)
{
    uint32_t p = sim_roll(sim, sim->partitions);
    size_t alerts = 0;
    struct fault fault;
    if (sim->store->ops->alerts(sim->store, p, false, 0, count, &alerts, &fault) || !alerts)
        return;
    struct choice choice = {.sim = sim, .wanted = sim_roll(sim, (uint32_t)alerts)};
    if (sim->store->ops->alerts(sim->store, p, false, 0, pick, &choice, &fault) || !choice.found)
        return;
    act(sim, p, &choice.alert);
    alert_done(&choice.alert);
}

static bool has_step(const struct alert *alert, const char *who)
{
    for (size_t i = 0; i < alert->step_count; i++)
        if (strcmp(alert->steps[i].who, who) == 0)
            return true;
    return false;
}

/* Acknowledgements and referrals run out once each, and nobody escalates more often than the rules
 * say. */
static void check_timers(struct sim *sim, const struct alert *alert)
{
    size_t taken = 0, expired = 0, referred = 0, answered = 0;
    for (size_t i = 0; i < alert->step_count; i++) {
        taken += strcmp(alert->steps[i].what, "acknowledged") == 0;
        taken += strcmp(alert->steps[i].what, "accepted") == 0;
        expired += strcmp(alert->steps[i].what, "ack_expired") == 0;
        referred += strcmp(alert->steps[i].what, "referred") == 0;
        answered += strcmp(alert->steps[i].what, "accepted") == 0 ||
                    strcmp(alert->steps[i].what, "declined") == 0 ||
                    strcmp(alert->steps[i].what, "not_accepted") == 0;
    }
    for (size_t i = 1; i < alert->step_count; i++) {
        const struct alert_step *step = &alert->steps[i], *before = &alert->steps[i - 1];
        if (step->is_due && before->is_due && step->channel == before->channel)
            sim_fail(sim, "alert %s: its step %s came due twice", alert->id,
                     ladder_channel_names[step->channel]);
    }
    if (answered > referred)
        sim_fail(sim, "alert %s: %zu answers to %zu referrals", alert->id, answered, referred);
    if (expired > taken)
        sim_fail(sim, "alert %s: %zu acknowledgements ran out, of %zu", alert->id, expired, taken);
}

struct deeds {
    struct sim *sim;
    unsigned found;
};

static bool look(void *context, uint32_t partition, struct text snapshot)
{
    struct deeds *deeds = context;
    struct alert alert;
    struct fault fault;
    (void)partition;
    if (alert_read(snapshot, &alert, &fault))
        return true;
    for (size_t i = 0; i < deeds->sim->deed_count; i++) {
        const struct sim_deed *deed = &deeds->sim->deeds[i];
        if (strcmp(deed->alert, alert.id) != 0)
            continue;
        deeds->found++;
        if (!has_step(&alert, deed->who))
            sim_fail(deeds->sim, "alert %s: %s was told that version %lld is done, and it is gone",
                     alert.id, deed->who, (long long)deed->version);
    }
    check_timers(deeds->sim, &alert);
    alert_done(&alert);
    return true;
}

/* Of a home that has opted out since, nothing is left to show that it was done. */
static bool left_with_its_home(struct sim *sim, const struct sim_deed *deed)
{
    struct fault fault;
    struct buffer json = {0};
    bool there = false;
    for (uint32_t p = 0; p < sim->partitions && !there; p++)
        there = !sim->store->ops->alert(sim->store, p, deed->alert, &json, &fault);
    buffer_done(&json);
    return !there && sim_was_erased(sim, deed->alert);
}

void sim_check_deeds(struct sim *sim)
{
    struct deeds deeds = {.sim = sim};
    struct fault fault;
    for (uint32_t p = 0; p < sim->partitions; p++)
        if (sim->store->ops->alerts(sim->store, p, false, 0, look, &deeds, &fault))
            sim_fail(sim, "%s", fault.text);
    for (size_t i = 0; i < sim->deed_count; i++)
        deeds.found += left_with_its_home(sim, &sim->deeds[i]);
    if (deeds.found != sim->deed_count)
        sim_fail(sim, "%zu confirmed steps, alerts for %u of them", sim->deed_count, deeds.found);
}
