/* SPDX-License-Identifier: Apache-2.0 */
#include "console/anchor.h"

#include <inttypes.h>
#include <limits.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "console/audit_chain.h"

/* Its address is the token. */
static char mark;

static void keep(struct api *api, const struct audit_head *head)
{
    char host[HOST_NAME_MAX + 1] = "", at[CHAIN_TIME_BYTES + 1];
    struct buffer log = {0}, body = {0};
    struct fault fault = {""};
    (void)gethostname(host, sizeof host - 1);
    buffer_format(&log, "%s:%s", host, audit_path(api->audit));
    chain_time(clock_wall_ms(api->clock), at);
    buffer_text(&body, "{");
    json_member_string(&body, "log", buffer_view(&log));
    json_put_key(&body, "seq");
    buffer_format(&body, "%" PRIu64, head->lines);
    json_member_text(&body, "hash", head->hash);
    json_member_text(&body, "at", at);
    buffer_text(&body, "}");
    api->publisher->ops->poll(api->publisher, 0); /* what earlier ones were answered */
    if (api->publisher->ops->publish(api->publisher, PUBLISH_AUDIT, buffer_view(&log),
                                     buffer_view(&body), NULL, 0, &mark, &fault))
        log_line(LOG_WARNING, "the audit log's end is not kept in Kafka", "fault=\"%s\"",
                 fault.text);
    else
        api->anchored = head->lines;
    buffer_done(&log);
    buffer_done(&body);
}

static bool is_due(const struct api *api)
{
    return !api->anchored || clock_monotonic_ms(api->clock) >= api->anchor_due_ms;
}

void anchor_keep(struct api *api)
{
    struct audit_head head;
    if (!is_due(api))
        return;
    api->anchor_due_ms = clock_monotonic_ms(api->clock) + ANCHOR_EVERY_MS;
    atomic_store(&api->others_recorded, false); /* before the end is looked at: none is missed */
    audit_head(api->audit, &head);
    keep(api, &head);
}

void anchor_others(struct api *api)
{
    if (atomic_load(&api->others_recorded) && is_due(api))
        anchor_keep(api);
}

void anchor_last(struct api *api)
{
    struct audit_head head;
    if (!api->audit || !api->publisher || (!api->anchored && !atomic_load(&api->others_recorded)))
        return;
    audit_head(api->audit, &head);
    if (head.lines == api->anchored)
        return;
    keep(api, &head);
    if (api->publisher->ops->flush(api->publisher, ANCHOR_LAST_MS))
        log_line(LOG_WARNING, "the audit log's end is not kept in Kafka", "fault=\"no answer\"");
}

bool anchor_done(const void *token, enum err err)
{
    if (token != &mark)
        return false;
    if (err)
        log_line(LOG_WARNING, "the audit log's end is not kept in Kafka", "fault=\"%s\"",
                 err_text(err));
    return true;
}
