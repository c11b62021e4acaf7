/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery/sinks.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/zone.h"

static const struct {
    const struct sink_ops *ops;
    enum err (*make)(const struct sink_options *options, void **out, struct fault *fault);
} kinds[SINK_KIND_COUNT] = {
    [SINK_WEBHOOK] = {&sink_webhook_ops, sink_webhook_new},
    [SINK_MAIL] = {&sink_mail_ops, sink_mail_new},
    [SINK_KAFKA] = {&sink_kafka_ops, sink_kafka_new},
};

struct sinks {
    atomic_bool stopping;
    const struct config_sink *rules;
    size_t count; /* started */
    struct courier *couriers[CONFIG_SINKS_MAX];
};

static enum err start_finder(const struct sinks_options *options, const struct config_sink *rules,
                             struct addressee_finder **out, struct fault *fault)
{
    const struct addressee_options finder = {.config = options->config,
                                             .rules = rules,
                                             .clock = options->clock,
                                             .partitions = options->partitions,
                                             .host = options->host};
    return rules->directory ? addressee_finder_new(&finder, out, fault) : ERR_OK;
}

static enum err start_one(struct sinks *sinks, const struct sinks_options *options,
                          struct fault *fault)
{
    const struct config_sink *rules = &sinks->rules[sinks->count];
    const struct sink_options made = {rules, options->config, options->common, options->clock,
                                      &sinks->stopping};
    struct addressee_finder *finder = NULL;
    void *sink = NULL;
    enum err err = start_finder(options, rules, &finder, fault);
    if (!err)
        err = kinds[rules->kind].make(&made, &sink, fault);
    if (err) {
        addressee_finder_free(finder);
        return err;
    }
    /* Several daemons, and sinks, that began to wait together do not knock together. */
    uint64_t seed = (uint64_t)clock_wall_ms(options->clock) * CONFIG_SINKS_MAX + sinks->count;
    const struct courier_options courier = {.common = options->common,
                                            .config = options->config,
                                            .rules = rules,
                                            .partitions = options->partitions,
                                            .ops = kinds[rules->kind].ops,
                                            .sink = sink,
                                            .finder = finder,
                                            .clock = options->clock,
                                            .stopping = &sinks->stopping,
                                            .seed = seed};
    return courier_start(&courier, &sinks->couriers[sinks->count], fault);
}

enum err sinks_start(const struct sinks_options *options, struct sinks **out, struct fault *fault)
{
    struct sinks *sinks = memory_get(sizeof *sinks);
    size_t wanted;
    enum err err = ERR_OK;
    sinks->rules = config_sinks(options->config, &wanted);
    while (!err && sinks->count < wanted) {
        err = start_one(sinks, options, fault);
        sinks->count += !err;
    }
    if (err) {
        sinks_stop(sinks);
        sinks_free(sinks);
    } else {
        *out = sinks;
    }
    return err;
}

void sinks_stop(struct sinks *sinks)
{
    if (!sinks)
        return;
    atomic_store(&sinks->stopping, true);
    for (size_t i = 0; i < sinks->count; i++)
        courier_stop(sinks->couriers[i]);
}

void sinks_free(struct sinks *sinks)
{
    for (size_t i = 0; i < sinks_count(sinks); i++)
        courier_free(sinks->couriers[i]);
    free(sinks);
}

size_t sinks_count(const struct sinks *sinks)
{
    return sinks ? sinks->count : 0;
}

const char *sinks_name(const struct sinks *sinks, size_t index)
{
    return sinks->rules[index].name;
}

const struct sink_counts *sinks_counts(const struct sinks *sinks, size_t index)
{
    return courier_counts(sinks->couriers[index]);
}

static void moment(struct buffer *out, const char *key, int64_t at_ms)
{
    char text[TIME_TEXT_MAX];
    json_member_text(out, key, at_ms ? time_format(at_ms / 1000, 0, text) : NULL);
}

/* null: none since the start. `taken` is null while it is under way. */
static void test_json(const struct courier_test *test, struct buffer *out)
{
    if (!test->id[0]) {
        buffer_text(out, "null");
        return;
    }
    buffer_text(out, "{");
    json_member_text(out, "id", test->id);
    moment(out, "asked_at", test->asked_ms);
    moment(out, "ended_at", test->ended_ms);
    if (test->ended_ms)
        json_member_bool(out, "taken", !test->err);
    else
        json_member_null(out, "taken");
    if (test->answer)
        json_member_int(out, "answer", test->answer);
    else
        json_member_null(out, "answer");
    json_member_text(out, "detail", test->detail[0] ? test->detail : NULL);
    buffer_text(out, "}");
}

enum err sinks_try(const struct sinks *sinks, const char *name, struct buffer *out,
                   struct fault *fault)
{
    size_t i = 0;
    struct courier_state state;
    while (i < sinks_count(sinks) && strcmp(sinks_name(sinks, i), name) != 0)
        i++;
    if (i == sinks_count(sinks))
        return fault_set(fault, ERR_NOT_FOUND,
                         "there is no sink %.40s; anbuctl sinks list names them", name);
    enum err err = courier_try(sinks->couriers[i], fault);
    if (err)
        return err;
    courier_state(sinks->couriers[i], &state);
    test_json(&state.test, out);
    courier_state_done(&state);
    return ERR_OK;
}

static void state_json(struct courier *courier, struct buffer *out)
{
    struct courier_state state;
    courier_state(courier, &state);
    moment(out, "delivered_at", state.delivered_ms);
    json_member_text(out, "trouble", state.trouble[0] ? state.trouble : NULL);
    moment(out, "trouble_at", state.trouble_ms);
    json_put_key(out, "test");
    test_json(&state.test, out);
    json_put_key(out, "positions");
    buffer_text(out, "[");
    for (uint32_t p = 0; p < state.partitions; p++) {
        if (state.next[p] < 0)
            continue;
        json_put_item(out);
        buffer_text(out, "{");
        json_member_int(out, "partition", p);
        json_member_int(out, "offset", state.next[p]);
        buffer_text(out, "}");
    }
    buffer_text(out, "]");
    courier_state_done(&state);
}

void sinks_json(const struct sinks *sinks, struct buffer *out)
{
    buffer_text(out, "[");
    for (size_t i = 0; i < sinks_count(sinks); i++) {
        const struct sink_counts *counts = sinks_counts(sinks, i);
        json_put_item(out);
        buffer_text(out, "{");
        json_member_text(out, "name", sinks_name(sinks, i));
        json_member_text(out, "kind", kinds[sinks->rules[i].kind].ops->name);
        json_member_int(out, "delivered", (int64_t)counts->delivered);
        json_member_int(out, "failed", (int64_t)counts->failed);
        json_member_int(out, "dead", (int64_t)counts->dead);
        json_member_int(out, "lag", counts->lag);
        json_member_int(out, "waiting_s", counts->waiting_ms / 1000);
        json_member_int(out, "partitions", counts->partitions);
        json_member_bool(out, "disabled", counts->disabled);
        state_json(sinks->couriers[i], out);
        buffer_text(out, "}");
    }
    buffer_text(out, "]");
}
