/* SPDX-License-Identifier: Apache-2.0 */
#include "console/staff.h"

#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/metrics.h"
#include "console/account.h"
#include "console/server.h"

enum err staff_for(struct api *api, const struct config *config, struct staff *out,
                   struct fault *fault)
{
    size_t rosters;
    *out = (struct staff){.count = 0};
    (void)config_rosters(config, &rosters);
    return rosters ? account_staff(api->store, out, fault) : ERR_OK;
}

enum err staff_known(struct api *api, const struct config *config, struct staff *out,
                     struct fault *fault)
{
    enum err err = staff_for(api, config, out, fault);
    if (err_disposition(err) != DISPOSITION_REJECT)
        return err;
    staff_done(out);
    return ERR_OK;
}

/* Said by an earlier shift of the roster. */
static bool is_before(const struct roster *roster, size_t shift, const char *who)
{
    for (size_t i = 0; i < shift; i++)
        if (strcmp(roster->shifts[i].on_call, who) == 0 || strcmp(roster->shifts[i].then, who) == 0)
            return true;
    return false;
}

void staff_flaws(const struct config *config, const struct staff *staff, staff_flaw_fn *add,
                 void *context)
{
    size_t count;
    const struct roster *rosters = config_rosters(config, &count);
    for (size_t r = 0; r < count && staff->count; r++)
        for (size_t i = 0; i < rosters[r].shift_count; i++) {
            const struct roster_shift *shift = &rosters[r].shifts[i];
            const char *const names[] = {shift->on_call, shift->then};
            for (size_t n = 0; n < 2; n++) {
                enum on_call_flaw flaw = on_call_check(staff, &rosters[r], names[n], NULL);
                if (names[n][0] && flaw && !is_before(&rosters[r], i, names[n]))
                    add(context, &rosters[r], names[n], flaw);
            }
        }
}

/* ---- in words ---- */

struct said {
    struct buffer *lines;
    long long names[ON_CALL_FLAW_COUNT]; /* lines by why */
};

static void line_add(void *context, const struct roster *roster, const char *who,
                     enum on_call_flaw flaw)
{
    struct said *said = context;
    said->names[flaw]++;
    buffer_format(said->lines, "roster %s: %s %s\n", roster->name, who, on_call_flaw_helps[flaw]);
}

/* A line each; false: the accounts cannot be read, and the only line says so. */
static bool lines_of(struct api *api, struct said *out)
{
    struct staff staff;
    struct fault fault = {""};
    const struct config *config = api->host.config_hold(api->host.host);
    enum err err = staff_for(api, config, &staff, &fault);
    if (err)
        buffer_format(out->lines, "rosters could not be held against the accounts: %s\n",
                      fault.text);
    else
        staff_flaws(config, &staff, line_add, out);
    api->host.config_release(api->host.host, config);
    staff_done(&staff);
    return !err;
}

void staff_say(struct api *api, struct buffer *json)
{
    struct buffer lines = {0};
    struct said said = {.lines = &lines};
    (void)lines_of(api, &said);
    for (const char *at = buffer_view(&lines).at; *at; at += strcspn(at, "\n") + 1) {
        json_put_item(json);
        json_put_string(json, (struct text){at, strcspn(at, "\n")});
    }
    buffer_done(&lines);
}

void staff_look(struct api *api, bool now)
{
    struct buffer lines = {0};
    struct said said = {.lines = &lines};
    int64_t now_ms = clock_monotonic_ms(&clock_machine);
    if (!now && now_ms < api->staff_due_ms)
        return;
    api->staff_due_ms = now_ms + STAFF_LOOK_MS;
    bool known = lines_of(api, &said); /* of a store that is away others speak */
    for (int i = 0; i < ON_CALL_FLAW_COUNT && known; i++)
        metric_set(&api->counts.roster_names[i], said.names[i]);
    if (!known || text_equal(buffer_view(&lines), buffer_view(&api->staff_said))) {
        buffer_done(&lines);
        return;
    }
    log_each(LOG_WARNING, "nobody can be called by a roster's name", buffer_view(&lines).at);
    if (!lines.bytes)
        log_line(LOG_INFO, "everybody on the rosters can be called", "missing=%d", 0);
    buffer_done(&api->staff_said);
    api->staff_said = lines;
}
