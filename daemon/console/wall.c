/* SPDX-License-Identifier: Apache-2.0 */
#include "console/wall.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "console/routes.h"
#include "kafka/kafka.h"

#define ALL_TEAMS ((1u << TEAM_COUNT) - 1)

bool wall_is_on_desk(const struct account *account, const struct alert *alert)
{
    return !account || account->team == ACCOUNT_ANY_TEAM || account->team == (int)alert->desk ||
           (alert->state == ALERT_REFERRED && account->team == (int)alert->referred_from);
}

bool wall_is_police(const struct account *account)
{
    return account && account->team == TEAM_POLICE;
}

enum err wall_absence(const struct request *request, const char *way_out, struct answer *answer,
                      struct fault *fault)
{
    if (!wall_is_police(request->account))
        return ERR_OK;
    answer->status = 403;
    return fault_set(fault, ERR_DENIED, "police declare no absence and end none: %s", way_out);
}

/* Whether this live alert gives a right to look; then it is the reason. */
static enum err alert_opens(struct request *request, uint32_t partition, const char *id,
                            bool *opens, struct fault *fault)
{
    struct store *store = request->api->store;
    struct buffer snapshot = {0};
    struct alert alert;
    enum err err = store->ops->alert(store, partition, id, &snapshot, fault);
    if (!err)
        err = alert_read(buffer_view(&snapshot), &alert, fault);
    buffer_done(&snapshot);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err; /* gone in this moment */
    *opens = alert_is_live(&alert) && wall_is_on_desk(request->account, &alert) &&
             account_sees(request->account, alert_teams(&alert), alert.area);
    if (*opens && !request->why[0])
        (void)snprintf(request->why, sizeof request->why, "alert %s", alert.id);
    alert_done(&alert);
    return ERR_OK;
}

static enum err any_alert_opens(struct request *request, bool *opens, struct fault *fault)
{
    struct api *api = request->api;
    struct text household = text_of(request->household);
    uint32_t partition = kafka_partition(household, api->partitions);
    struct store_case kept;
    enum err err = api->store->ops->load_case(api->store, partition, household, &kept, fault);
    for (int team = 0; team < TEAM_COUNT && !err && !*opens; team++)
        if (kept.open[team][0])
            err = alert_opens(request, partition, kept.open[team], opens, fault);
    return err;
}

/* Characters, blanks at the ends not counted; 0: no text. */
static size_t characters(struct text purpose)
{
    size_t count = 0;
    if (!utf8_valid(purpose))
        return 0;
    while (purpose.bytes > 0 && (unsigned char)purpose.at[purpose.bytes - 1] <= ' ')
        purpose.bytes--;
    while (purpose.bytes > 0 && (unsigned char)purpose.at[0] <= ' ')
        purpose = (struct text){purpose.at + 1, purpose.bytes - 1};
    for (size_t i = 0; i < purpose.bytes; i++)
        count += ((unsigned char)purpose.at[i] & 0xc0) != 0x80;
    return count;
}

bool wall_purpose_fits(const char *purpose)
{
    size_t count = characters(text_of(purpose));
    return count >= WALL_PURPOSE_MIN && count <= WALL_PURPOSE_MAX;
}

static enum err purpose_take(struct request *request, struct fault *fault)
{
    const char *purpose = request_query(request, "purpose");
    if (!purpose)
        return ERR_OK;
    if (!wall_purpose_fits(purpose) ||
        !text_copy(text_of(purpose), request->why, sizeof request->why))
        return fault_set(fault, ERR_INVALID, "purpose: %d to %d characters that say what for",
                         WALL_PURPOSE_MIN, WALL_PURPOSE_MAX);
    return ERR_OK;
}

enum err wall_pass(struct request *request, struct answer *answer, struct fault *fault)
{
    bool opens = false;
    enum err err = purpose_take(request, fault);
    if (err || !request->account)
        return err;
    if (wall_is_police(request->account)) {
        answer->status = 403;
        return fault_set(fault, ERR_DENIED,
                         "police are shown alerts, never a household's record: ask the welfare "
                         "team");
    }
    err = any_alert_opens(request, &opens, fault);
    if (err || opens)
        return err;
    if (!request_query(request, "purpose")) {
        answer->status = 403;
        answer->problem_type = WALL_NO_PURPOSE;
        return fault_set(fault, ERR_DENIED,
                         "household %s has no live alert on your desk: say what for (purpose=), "
                         "which your supervisor reviews",
                         request->household);
    }
    request->broke_glass = true;
    return ERR_OK;
}

enum err wall_area(const struct request *request, struct text area, struct fault *fault)
{
    char name[MESSAGE_ID_MAX + 1];
    (void)text_copy(area, name, sizeof name);
    if (!request->broke_glass || account_sees(request->account, ALL_TEAMS, name))
        return ERR_OK;
    return fault_set(fault, ERR_NOT_FOUND, "household %s is in none of your areas",
                     request->household);
}
