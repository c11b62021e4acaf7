/* SPDX-License-Identifier: Apache-2.0
 *
 * One household: its record as people read it, and its alerts.
 */
#include <string.h>

#include "base/json.h"
#include "console/routes.h"
#include "household/show.h"

#define ALERTS_SHOWN_MAX 20

static void record_take(void *context, size_t index, const void *bytes, uint32_t size)
{
    (void)index;
    buffer_add(context, bytes, size);
}

static bool alert_add(void *context, uint32_t partition, struct text snapshot)
{
    struct buffer *out = context;
    (void)partition;
    json_put_item(out);
    buffer_add(out, snapshot.at, snapshot.bytes);
    return true;
}

enum err handle_household_show(struct request *request, struct answer *answer, struct fault *fault)
{
    struct api *api = request->api;
    struct text household = text_of(request->id);
    struct buffer record = {0}, shown = {0};
    if (!text_copy(household, request->household, sizeof request->household))
        return fault_set(fault, ERR_INVALID, "a household's id has at most %d bytes",
                         MESSAGE_ID_MAX);
    uint32_t partition = kafka_partition(household, api->partitions);
    enum err err =
        api->store->ops->load(api->store, partition, &household, 1, record_take, &record, fault);
    if (!err && record.bytes == 0)
        err = fault_set(fault, ERR_NOT_FOUND,
                        "household %s is not known: no message of it has been processed and kept",
                        request->id);
    if (!err)
        err = household_show(record.at, (uint32_t)record.bytes, &shown);
    if (err == ERR_CORRUPT)
        (void)fault_set(fault, err, "the record of household %s %s", request->id, err_text(err));
    if (err)
        goto out;
    /* A record does not hold its own key: it is told here, before the record's members. */
    buffer_text(&answer->body, "{");
    json_member_string(&answer->body, "household", household);
    buffer_text(&answer->body, ",");
    buffer_add(&answer->body, shown.at + 1, shown.bytes - 2);
    json_put_key(&answer->body, "alerts");
    buffer_text(&answer->body, "[");
    err = api->store->ops->alerts_of(api->store, partition, household, ALERTS_SHOWN_MAX, alert_add,
                                     &answer->body, fault);
    buffer_text(&answer->body, "]}");
out:
    buffer_done(&shown);
    buffer_done(&record);
    return err;
}
