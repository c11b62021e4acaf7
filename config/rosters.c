/* SPDX-License-Identifier: Apache-2.0
 *
 * `rosters`: who is on call at which desk. THE tables of a roster's and a shift's keys, and what
 * must fit together.
 */
#include <stdio.h>
#include <string.h>

#include "base/zone.h"
#include "config/internal.h"

#define AT(member)       offsetof(struct roster, member)
#define AT_SHIFT(member) offsetof(struct roster_shift, member)
#define NAME_MAX_BYTES   32
#define DAY_MIN          (24 * 60)
#define TEAM_PREFIX      "team:" /* no account's name has a colon */

static const char *const roster_teams[] = {
    [TEAM_POLICE] = "police", [TEAM_WELFARE] = "welfare", NULL};
static const char *const day_names[] = {"mon", "tue", "wed", "thu",
                                        "fri", "sat", "sun", [ROSTER_HOLIDAY] = "holiday"};

static const struct option roster_options[] = {
    {.name = "name",
     .type = OPTION_TEXT,
     .initial = "",
     .offset = AT(name),
     .help = "Names it: a-z, 0-9 and '-'."},
    {.name = "team",
     .type = OPTION_CHOICE,
     .initial = "police",
     .choices = roster_teams,
     .offset = AT(team),
     .help = "Whose desk it is for."},
    {.name = "timezone",
     .type = OPTION_TEXT,
     .initial = "",
     .offset = AT(timezone),
     .help = "The zone of its hours (Asia/Seoul); empty: as ingest.timezone."},
};
static const struct option shift_options[] = {
    {.name = "name",
     .type = OPTION_TEXT,
     .initial = "",
     .offset = AT_SHIFT(name),
     .help = "Names the shift: a-z, 0-9 and '-'."},
    {.name = "hours",
     .type = OPTION_TEXT,
     .initial = "",
     .offset = AT_SHIFT(hours),
     .help = "From when to when (20:00-08:00: until the day after); empty: the whole day."},
    {.name = "on_call",
     .type = OPTION_TEXT,
     .initial = "",
     .offset = AT_SHIFT(on_call),
     .help = "Who is called: an account, or team:police or team:welfare, whoever of the desk is "
             "enabled then."},
    {.name = "then",
     .type = OPTION_TEXT,
     .initial = "",
     .offset = AT_SHIFT(then),
     .help = "The next to call, likewise, also when nobody can be called by on_call; empty: "
             "nobody."},
};
static const char *const roster_lists[] = {"areas", "shifts", NULL};
static const char *const shift_lists[] = {"days", NULL};

const struct rows roster_rows = {roster_options, sizeof roster_options / sizeof roster_options[0],
                                 "a roster", roster_lists};
const struct rows shift_rows = {shift_options, sizeof shift_options / sizeof shift_options[0],
                                "a shift", shift_lists};

static void load_areas(struct load *load, const struct tree *list, const char *shown,
                       struct roster *roster)
{
    if (!load_expect(load, list, TREE_LIST, shown))
        return;
    for (const struct tree *item = list->first; item; item = item->next) {
        struct place place = place_of(item, shown);
        if (!load_expect(load, item, TREE_SCALAR, shown))
            continue;
        if (roster->area_count == ROSTER_AREAS_MAX)
            load_problem(load, &place, "has more than %d areas", ROSTER_AREAS_MAX);
        else if (!item->text.bytes || item->text.bytes > MESSAGE_ID_MAX)
            load_problem(load, &place, "an area has 1 to %d bytes", MESSAGE_ID_MAX);
        else
            (void)text_copy(item->text, roster->areas[roster->area_count++], OPTION_TEXT_MAX);
    }
}

bool roster_is_team(const char *who)
{
    return strncmp(who, TEAM_PREFIX, strlen(TEAM_PREFIX)) == 0;
}

static void check_shift(struct load *load, const struct place *place, struct roster_shift *shift)
{
    if (!rows_name_good(shift->name, NAME_MAX_BYTES))
        load_problem(load, place, "needs a name of 1 to %d characters: a-z, 0-9 and '-'",
                     NAME_MAX_BYTES);
    if (!rows_hours_parse(shift->hours, &shift->from_min, &shift->to_min))
        load_problem(load, place, "hours are written as 20:00-08:00");
    else if (shift->to_min <= shift->from_min)
        shift->to_min += DAY_MIN;
    if (!shift->on_call[0])
        load_problem(load, place,
                     "says nobody who is on call (on_call: an account, or team:welfare)");
    if (strlen(shift->on_call) >= ROSTER_WHO_BYTES || strlen(shift->then) >= ROSTER_WHO_BYTES)
        load_problem(load, place, "on_call and then have at most %d bytes", ROSTER_WHO_BYTES - 1);
}

static void load_shifts(struct load *load, const struct tree *list, const char *shown,
                        struct roster *roster)
{
    struct items walk = {.load = load, .shown = shown, .max = ROSTER_SHIFTS_MAX, .what = "shifts"};
    while (items_next(&walk, list)) {
        struct roster_shift *shift = &roster->shifts[roster->shift_count++];
        rows_default(&shift_rows, shift);
        for (const struct tree *key; (key = items_key(&walk));)
            if (text_is(key->key, "days"))
                shift->days =
                    load_mask(load, key, walk.key_shown, day_names, ROSTER_HOLIDAY + 1, "day");
            else
                (void)rows_load(load, &shift_rows, key, walk.key_shown, shift);
        if (items_good(&walk))
            check_shift(load, &walk.place, shift);
    }
}

static void load_key(struct load *load, const struct tree *node, const char *shown,
                     struct roster *roster)
{
    if (text_is(node->key, "areas"))
        load_areas(load, node, shown, roster);
    else if (text_is(node->key, "shifts"))
        load_shifts(load, node, shown, roster);
    else
        rows_load(load, &roster_rows, node, shown, roster);
}

/* Of another desk nobody would see the alert. */
static void check_team(struct load *load, const struct place *place, const struct roster *roster,
                       const char *who)
{
    const char *team = team_names[roster->team];
    if (roster_is_team(who) && strcmp(who + strlen(TEAM_PREFIX), team) != 0)
        load_problem(load, place, "'%s' is not the desk's own team: write %s%s", who, TEAM_PREFIX,
                     team);
}

static void check_roster(struct load *load, const struct place *place, const struct roster *roster)
{
    const struct config *config = load->config;
    const struct zone *zone;
    if (!rows_name_good(roster->name, NAME_MAX_BYTES))
        load_problem(load, place, "needs a name of 1 to %d characters: a-z, 0-9 and '-'",
                     NAME_MAX_BYTES);
    for (size_t i = 0; i < config->roster_count; i++)
        if (strcmp(config->rosters[i].name, roster->name) == 0)
            load_problem(load, place, "has the name of another roster; each has its own");
    if (roster->timezone[0] && zone_find(text_of(roster->timezone), &zone))
        load_problem(load, place, "timezone is none that this machine knows (Asia/Seoul)");
    if (roster->shift_count == 0)
        load_problem(load, place, "has no shifts");
    for (size_t i = 0; i < roster->shift_count; i++) {
        check_team(load, place, roster, roster->shifts[i].on_call);
        check_team(load, place, roster, roster->shifts[i].then);
    }
}

void load_rosters(struct load *load, const struct tree *node)
{
    struct config *config = load->config;
    struct items walk = {.load = load, .shown = "rosters", .max = ROSTERS_MAX, .what = "rosters"};
    while (items_next(&walk, node)) {
        size_t count = config->roster_count;
        config->rosters = array_room(config->rosters, count, sizeof *config->rosters);
        config->roster_from = array_room(config->roster_from, count, sizeof *config->roster_from);
        struct roster *roster = &config->rosters[count];
        memset(roster, 0, sizeof *roster);
        rows_default(&roster_rows, roster);
        for (const struct tree *key; (key = items_key(&walk));)
            load_key(load, key, walk.key_shown, roster);
        if (items_good(&walk))
            check_roster(load, &walk.place, roster);
        config->roster_from[config->roster_count++] = walk.place.origin;
    }
}

void shift_days_text(const struct roster_shift *shift, struct buffer *out)
{
    for (unsigned i = 0; i <= ROSTER_HOLIDAY; i++)
        if (shift->days >> i & 1)
            buffer_format(out, "%s%s", out->bytes ? ", " : "", day_names[i]);
    if (!shift->days)
        buffer_text(out, "all");
}
