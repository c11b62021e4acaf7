/* SPDX-License-Identifier: Apache-2.0 */
#include "health.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"

#define NAME(constant, name) [constant] = name,
const char *const condition_names[CONDITION_COUNT] = {CONDITIONS(NAME)};

void pulse_start(struct pulse *pulse, int64_t now_ms)
{
    atomic_store(&pulse->moved_ms, now_ms);
}

void pulse_look(struct pulse *pulse, unsigned long long beats, int64_t now_ms)
{
    if (beats == atomic_load(&pulse->beats))
        return;
    atomic_store(&pulse->beats, beats);
    atomic_store(&pulse->moved_ms, now_ms);
}

int64_t pulse_age_ms(const struct pulse *pulse, int64_t now_ms)
{
    return now_ms - atomic_load(&pulse->moved_ms);
}

__attribute__((format(printf, 3, 4))) static void say(struct condition *condition, bool good,
                                                      const char *format, ...)
{
    va_list args;
    condition->good = good;
    va_start(args, format);
    (void)vsnprintf(condition->detail, sizeof condition->detail, format, args);
    va_end(args);
}

static void judge_group(const struct health_facts *facts, struct condition *out)
{
    if (facts->members == facts->workers)
        say(out, true, "%u of %u workers are members", facts->members, facts->workers);
    else if (facts->never_member)
        say(out, false, "%u of %u workers are members, one has not joined yet", facts->members,
            facts->workers);
    else
        say(out, facts->ready && facts->away_ms <= HEALTH_AWAY_MS,
            "%u of %u workers are members, one is out for %" PRId64 " s", facts->members,
            facts->workers, facts->away_ms / 1000);
}

static void judge_seen(bool up, int64_t age_ms, int64_t age_max_ms, struct condition *out)
{
    if (age_ms < 0)
        say(out, false, "not asked yet");
    else if (!up)
        say(out, false, "does not answer");
    else
        say(out, age_ms <= age_max_ms, "answered %.1f s ago", (double)age_ms / 1000);
}

bool health_judge(const struct health_facts *facts, struct condition out[CONDITION_COUNT])
{
    bool all = true;
    say(&out[CONDITION_RUNNING], !facts->stopping, facts->stopping ? "ending" : "running");
    if (facts->workers)
        say(&out[CONDITION_WORKERS], facts->oldest_beat_ms <= facts->hang_ms,
            "%u workers; all moved within %.1f s, %" PRId64 " s are allowed", facts->workers,
            (double)facts->oldest_beat_ms / 1000, facts->hang_ms / 1000);
    else
        say(&out[CONDITION_WORKERS], false, "none has been started yet");
    judge_group(facts, &out[CONDITION_GROUP]);
    say(&out[CONDITION_PARTITIONS],
        facts->owned == facts->given ||
            (facts->ready && facts->differ_ms >= 0 && facts->differ_ms <= HEALTH_TAKING_MS),
        "%" PRId64 " owned of %" PRId64 " given", facts->owned, facts->given);
    judge_seen(facts->redis_up, facts->redis_age_ms, facts->redis_age_max_ms,
               &out[CONDITION_REDIS]);
    judge_seen(facts->kafka_up, facts->kafka_age_ms, HEALTH_KAFKA_AGE_MS, &out[CONDITION_KAFKA]);
    say(&out[CONDITION_CLOCK], llabs(facts->skew_ms) <= facts->skew_max_ms,
        "Redis's is %.1f s ahead, %.0f s are allowed", (double)facts->skew_ms / 1000,
        (double)facts->skew_max_ms / 1000);
    if (facts->waits_ms > HEALTH_PUBLISH_MS)
        say(&out[CONDITION_PUBLISHING], false,
            "partition %" PRIu32 ": its oldest event has waited %" PRId64 " s", facts->waits_in,
            facts->waits_ms / 1000);
    else
        say(&out[CONDITION_PUBLISHING], true, "no event waits for long");
    for (int i = 0; i < CONDITION_COUNT; i++)
        all = all && out[i].good;
    return all;
}

void health_json(const char *name, bool good, const struct condition *conditions,
                 struct buffer *out)
{
    buffer_text(out, "{");
    json_member_bool(out, name, good);
    json_put_key(out, "conditions");
    buffer_text(out, "{");
    for (int i = 0; i < CONDITION_COUNT; i++) {
        if (!conditions[i].detail[0])
            continue;
        json_put_key(out, condition_names[i]);
        buffer_text(out, "{");
        json_member_bool(out, "good", conditions[i].good);
        json_member_text(out, "detail", conditions[i].detail);
        buffer_text(out, "}");
    }
    buffer_text(out, "}}\n");
}

void health_bad(const struct condition *conditions, struct buffer *out)
{
    const char *comma = "";
    for (int i = 0; i < CONDITION_COUNT; i++)
        if (!conditions[i].good) {
            buffer_format(out, "%s%s", comma, condition_names[i]);
            comma = ",";
        }
}
