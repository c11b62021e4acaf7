/* SPDX-License-Identifier: Apache-2.0 */
#include "console/also.h"

#include <assert.h>
#include <string.h>

#include "base/json.h"

static void name_it(const struct alert *other, struct buffer *shown)
{
    assert(shown->bytes > 0 && shown->at[shown->bytes - 1] == '}');
    shown->at[--shown->bytes] = '\0';
    json_put_key(shown, "also");
    buffer_text(shown, "{");
    json_member_text(shown, "id", other->id);
    json_member_text(shown, "desk", team_names[other->desk]);
    json_member_text(shown, "state", alert_state_names[other->state]);
    buffer_text(shown, "}}");
}

enum err also_add(const struct request *request, const struct alert *alert, uint32_t partition,
                  struct buffer *shown, struct fault *fault)
{
    struct store *store = request->api->store;
    struct store_case seen;
    struct buffer snapshot = {0};
    struct alert other;
    enum team team = alert->team == TEAM_POLICE ? TEAM_WELFARE : TEAM_POLICE;
    enum err err = store->ops->load_case(store, partition, text_of(alert->household), &seen, fault);
    if (err || !seen.open[team][0] || strcmp(seen.open[team], alert->id) == 0)
        return err;
    err = store->ops->alert(store, partition, seen.open[team], &snapshot, fault);
    if (!err)
        err = alert_read(buffer_view(&snapshot), &other, fault);
    buffer_done(&snapshot);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err; /* closed in this moment */
    if (!request->account || account_sees(request->account, alert_teams(&other), other.area))
        name_it(&other, shown);
    alert_done(&other);
    return ERR_OK;
}
