/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is on call at each desk now, and who comes next.
 */
#include "base/json.h"
#include "base/zone.h"
#include "console/away.h"
#include "console/routes.h"
#include "console/staff.h"

static void put_time(struct buffer *out, const char *key, const struct zone *zone, int64_t at_s)
{
    char text[TIME_TEXT_MAX];
    json_member_text(out, key, time_format(at_s, zone_offset_s(zone, at_s), text));
}

/* Who can be called now: by on_call, else by then; while no account is known, as it stands there.
 */
static void put_asked(struct buffer *out, const struct roster *roster, const struct duty *duty,
                      const struct staff *staff)
{
    struct on_call found;
    const char *who = duty->shift->on_call;
    enum on_call_flaw flaw = on_call_check(staff, roster, who, &found);
    if (flaw && staff->count) {
        who = duty->shift->then;
        flaw = on_call_check(staff, roster, who, &found);
    }
    json_put_key(out, "asked");
    buffer_text(out, "[");
    if (!flaw || !staff->count) {
        if (!found.person_count) {
            json_put_item(out);
            json_put_string(out, text_of(who));
        }
        for (size_t i = 0; i < found.person_count; i++) {
            json_put_item(out);
            json_put_string(out, text_of(found.persons[i]));
        }
    }
    buffer_text(out, "]");
}

static void put_missing(struct buffer *out, const struct roster *roster, const struct duty *duty,
                        const struct staff *staff)
{
    const char *const names[] = {duty->shift->on_call, duty->shift->then};
    json_put_key(out, "missing");
    buffer_text(out, "[");
    for (size_t i = 0; i < 2; i++) {
        enum on_call_flaw flaw = on_call_check(staff, roster, names[i], NULL);
        if (!names[i][0] || !flaw || !staff->count)
            continue;
        json_put_item(out);
        buffer_text(out, "{");
        json_member_text(out, "who", names[i]);
        json_member_text(out, "why", on_call_flaw_words[flaw]);
        buffer_text(out, "}");
    }
    buffer_text(out, "]");
}

static void put_duty(struct buffer *out, const char *key, const struct zone *zone,
                     const struct duty *duty, const struct staff *staff)
{
    json_put_key(out, key);
    if (!duty) {
        buffer_text(out, "null");
        return;
    }
    buffer_text(out, "{");
    json_member_text(out, "shift", duty->shift->name);
    json_member_text(out, "on_call", duty->shift->on_call);
    json_member_text(out, "then", duty->shift->then[0] ? duty->shift->then : NULL);
    put_asked(out, duty->roster, duty, staff);
    put_missing(out, duty->roster, duty, staff);
    put_time(out, "from", zone, duty->from_s);
    put_time(out, "until", zone, duty->until_s);
    buffer_text(out, "}");
}

static void put_roster(struct buffer *out, const struct config *config, const struct roster *roster,
                       const struct staff *staff, int64_t now_s)
{
    const char *timezone = roster_timezone(config, roster);
    const struct zone *zone = NULL;
    struct duty now, next;
    if (!timezone[0] || zone_find(text_of(timezone), &zone))
        zone = zone_utc();
    bool is_on = roster_on(config, roster, now_s, &now);
    bool comes = roster_next(config, roster, now_s, &next);
    json_put_item(out);
    buffer_text(out, "{");
    json_member_text(out, "name", roster->name);
    json_member_text(out, "team", team_names[roster->team]);
    json_put_key(out, "areas");
    buffer_text(out, "[");
    for (size_t i = 0; i < roster->area_count; i++) {
        json_put_item(out);
        json_put_string(out, text_of(roster->areas[i]));
    }
    buffer_text(out, "]");
    json_member_text(out, "timezone", zone_name(zone));
    put_duty(out, "now", zone, is_on ? &now : NULL, staff);
    put_duty(out, "next", zone, comes ? &next : NULL, staff);
    buffer_text(out, "}");
}

enum err handle_rosters(struct request *request, struct answer *answer, struct fault *fault)
{
    struct api *api = request->api;
    const struct config *config = api->host.config_hold(api->host.host);
    size_t count;
    const struct roster *rosters = config_rosters(config, &count);
    struct staff staff;
    enum err err = away_say(staff_for(api, config, &staff, fault), "nothing was shown", fault);
    buffer_text(&answer->body, "{\"rosters\":[");
    for (size_t i = 0; i < count && !err; i++)
        put_roster(&answer->body, config, &rosters[i], &staff, clock_wall_ms(api->clock) / 1000);
    buffer_text(&answer->body, "]}");
    api->host.config_release(api->host.host, config);
    staff_done(&staff);
    return err;
}
