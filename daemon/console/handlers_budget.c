/* SPDX-License-Identifier: Apache-2.0
 *
 * What alerts homes come to beside what the budget says. Nobody's home is named.
 */
#include "console/handlers_budget.h"

#include "base/json.h"
#include "console/away.h"
#include "console/routes.h"

/* Counts that cannot be read are none: the worker's log says so. */
static enum err take_partition(struct api *api, uint32_t partition, struct budget *budget,
                               struct fault *fault)
{
    const struct text nobody = STORE_NOBODY;
    struct buffer bytes = {0};
    struct fault unread = {""};
    struct census *census = census_new();
    enum err err =
        api->store->ops->load(api->store, partition, &nobody, 1, store_record_into, &bytes, fault);
    if (!err && bytes.bytes)
        (void)!census_read(census, bytes.at, bytes.bytes, &unread);
    if (!err)
        budget_take(budget, census, clock_wall_ms(api->clock));
    census_free(census);
    buffer_done(&bytes);
    return err;
}

enum err budget_read(struct api *api, struct budget *out, int64_t *homes, struct fault *fault)
{
    enum err err = ERR_OK;
    *homes = 0;
    for (uint32_t p = 0; p < api->partitions && !err; p++) {
        int64_t more = 0;
        err = take_partition(api, p, out, fault);
        if (!err)
            err = api->store->ops->outlook_count(api->store, p, OUTLOOK_UNKNOWN, OUTLOOK_NEVER,
                                                 &more, fault);
        *homes += more;
    }
    return err;
}

enum err handle_budget(struct request *request, struct answer *answer, struct fault *fault)
{
    struct api *api = request->api;
    const struct config *config = api->host.config_hold(api->host.host);
    struct budget budget = {.steered = config_settings(config)->budget.steer};
    int64_t homes = 0;
    api->host.config_release(api->host.host, config);
    enum err err = budget_read(api, &budget, &homes, fault);
    if (!err) {
        budget_show(&budget, &answer->body);
        json_member_int(&answer->body, "homes", homes);
        buffer_text(&answer->body, "}");
    }
    budget_done(&budget);
    return away_say(err, "nothing was shown", fault);
}
