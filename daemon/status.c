/* SPDX-License-Identifier: Apache-2.0 */
#include "status.h"

#include "base/clock.h"

void status_write(const struct measured *from, const struct api *api, struct buffer *out)
{
    unsigned long long messages = 0, skipped = 0, rejected = 0, findings = 0, failures = 0;
    unsigned long long readings[UTILITY_COUNT] = {0};
    long long cached = 0, dirty = 0, event_ms = 0;
    unsigned owned = 0;
    for (size_t i = 0; i < from->worker_count; i++) {
        const struct worker_counts *counts = worker_counts(from->workers[i]);
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
    buffer_format(
        out,
        "{\"version\":\"%s\",\"uptime_s\":%lld,\"workers\":%zu,\"partitions\":%u,"
        "\"partitions_owned\":%u,\"messages\":%llu,\"readings\":{\"electricity\":%llu,"
        "\"water\":%llu,\"gas\":%llu},\"skipped\":%llu,\"rejected\":%llu,"
        "\"findings\":%llu,\"store_failures\":%llu,\"households_cached\":%lld,"
        "\"households_unflushed\":%lld,\"event_time\":",
        ANBU_VERSION,
        (long long)(clock_wall_ms(from->clock) / 1000 - atomic_load(&from->daemon->started_s)),
        from->worker_count, from->partitions, owned, messages, readings[0], readings[1],
        readings[2], skipped, rejected, findings, failures, cached, dirty);
    char text[TIME_TEXT_MAX];
    buffer_format(out, event_ms ? "\"%s\"" : "null",
                  event_ms ? time_format(event_ms / 1000, 0, text) : "");
    buffer_text(out, ",\"sinks\":");
    sinks_json(from->sinks, out);
    if (api) {
        buffer_text(out, ",\"console\":");
        api_door_json(api, out);
    }
    buffer_text(out, "}");
}
