/* SPDX-License-Identifier: Apache-2.0 */
#include "console/shown.h"

#include <assert.h>

#include "alert/lifecycle.h"
#include "alert/redact.h"
#include "base/json.h"
#include "base/zone.h"

bool shown_has_hours(const struct account *viewer)
{
    return !viewer || viewer->team != TEAM_POLICE;
}

void shown_add(struct text snapshot, const struct alert *alert, bool hours, struct buffer *out)
{
    char since[TIME_TEXT_MAX];
    const struct zone *zone = alert_zone(alert);
    struct fault fault;
    enum err err = ERR_OK;
    int64_t since_s = lifecycle_waits_since_ms(alert) / 1000;
    assert(snapshot.bytes > 2 && snapshot.at[snapshot.bytes - 1] == '}');
    if (hours)
        buffer_add(out, snapshot.at, snapshot.bytes);
    else
        err = redact_alert(snapshot, out, &fault);
    assert(!err); /* it has been read */
    out->bytes--; /* its brace: more members follow */
    json_member_text(out, "waits_since",
                     since_s ? time_format(since_s, zone_offset_s(zone, since_s), since) : NULL);
    json_member_text(out, "suggests", contact_suggests(alert));
    buffer_text(out, "}");
}

enum err shown_read_add(struct text snapshot, bool hours, struct buffer *out, struct fault *fault)
{
    struct alert alert;
    enum err err = alert_read(snapshot, &alert, fault);
    if (err)
        return err;
    shown_add(snapshot, &alert, hours, out);
    alert_done(&alert);
    return ERR_OK;
}
