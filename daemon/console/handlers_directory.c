/* SPDX-License-Identifier: Apache-2.0
 *
 * Who lives at an alert's household. The record of the look-up is on the disk before the directory
 * is asked; what it says is wiped after the answer is made.
 */
#include <stdlib.h>
#include <string.h>

#include "console/alerts.h"
#include "console/away.h"
#include "console/routes.h"
#include "console/server.h"
#include "console/wall.h"

#define NOT_SHOWN "nothing was shown"

static enum err may_ask(struct request *request, const struct alert *alert, struct answer *answer,
                        struct fault *fault)
{
    if (!wall_is_on_desk(request->account, alert)) {
        answer->status = 403;
        return fault_set(fault, ERR_DENIED,
                         "the alert is on the desk of the %s: addresses are shown to the desk that "
                         "works it",
                         team_names[alert->desk]);
    }
    if (!alert_is_live(alert))
        return fault_set(fault, ERR_REFUSED,
                         "the alert is %s: addresses are shown while it is live; reopen it if "
                         "somebody has to go there",
                         alert_state_names[alert->state]);
    if (!request->api->directory)
        return fault_set(fault, ERR_NOT_FOUND, "no directory is configured (directory.kind)");
    if (!request->why[0])
        (void)snprintf(request->why, sizeof request->why, "alert %s", alert->id);
    return request_intend(request, fault);
}

static enum err look_up(struct request *request, const struct alert *alert, struct answer *answer,
                        struct fault *fault)
{
    const struct account *account = request->account;
    enum directory_reader reader =
        account && account->team == TEAM_POLICE ? DIRECTORY_POLICE : DIRECTORY_ALL;
    struct directory_entry *entry = memory_get(sizeof *entry);
    enum err err =
        directory_look_up(request->api->directory, text_of(alert->household), entry, fault);
    if (!err)
        directory_write(entry, reader, &answer->body);
    directory_wipe(entry);
    free(entry);
    return err == ERR_CORRUPT ? ERR_UNREACHABLE : err; /* its fault, not ours */
}

enum err handle_alert_directory(struct request *request, struct answer *answer, struct fault *fault)
{
    uint32_t partition;
    char id[ALERT_ID_MAX];
    struct alert alert;
    struct buffer snapshot = {0};
    enum err err =
        away_say(alert_find(request, &partition, id, &snapshot, fault), NOT_SHOWN, fault);
    if (!err)
        err = alert_load(request, &snapshot, &alert, fault);
    if (err)
        goto out;
    err = may_ask(request, &alert, answer, fault);
    if (!err)
        err = look_up(request, &alert, answer, fault);
    alert_done(&alert);
out:
    buffer_done(&snapshot);
    return err;
}
