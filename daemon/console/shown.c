/* SPDX-License-Identifier: Apache-2.0 */
#include "console/shown.h"

#include <assert.h>

#include "alert/lifecycle.h"
#include "base/json.h"
#include "base/zone.h"

void shown_add(struct text snapshot, const struct alert *alert, struct buffer *out)
{
    char since[TIME_TEXT_MAX];
    const struct zone *zone = NULL;
    int64_t since_s = lifecycle_waits_since_ms(alert) / 1000;
    assert(snapshot.bytes > 2 && snapshot.at[snapshot.bytes - 1] == '}');
    if (!alert->timezone[0] || zone_find(text_of(alert->timezone), &zone))
        zone = zone_utc();
    buffer_add(out, snapshot.at, snapshot.bytes - 1);
    json_member_text(out, "waits_since",
                     since_s ? time_format(since_s, zone_offset_s(zone, since_s), since) : NULL);
    buffer_text(out, "}");
}

enum err shown_read_add(struct text snapshot, struct buffer *out, struct fault *fault)
{
    struct alert alert;
    enum err err = alert_read(snapshot, &alert, fault);
    if (err)
        return err;
    shown_add(snapshot, &alert, out);
    alert_done(&alert);
    return ERR_OK;
}
