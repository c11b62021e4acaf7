/* SPDX-License-Identifier: Apache-2.0
 *
 * `ladders`: in which order people are tried. THE tables of a ladder's and a step's keys, and what
 * must fit together.
 */
#include <stdio.h>
#include <string.h>

#include "config/internal.h"

#define AT(member)           offsetof(struct ladder, member)
#define AT_STEP(member)      offsetof(struct ladder_step, member)
#define NAME(constant, name) [constant] = name,

const char *const ladder_channel_names[] = {LADDER_CHANNELS(NAME) NULL};
const char *const ladder_whom_names[] = {LADDER_WHOM(NAME) NULL};
static const char *const takings[] = {[TAKEN_STOP] = "stop", [TAKEN_GO_ON] = "go_on", NULL};

static const char *const hand_overs[] = {
    [HAND_OVER_KEEP] = "keep", [HAND_OVER_REOPEN] = "reopen", NULL};

static const struct option ladder_options[] = {
    {.name = "name",
     .type = OPTION_TEXT,
     .initial = "",
     .offset = AT(name),
     .help = "Names it in alerts and their history: a-z, 0-9 and '-'."},
    {.name = "hours",
     .type = OPTION_TEXT,
     .initial = "",
     .offset = AT(hours),
     .help = "For alerts that begin at these hours of the household's day (22:00-08:00); empty: "
             "all."},
    {.name = "after",
     .type = OPTION_DURATION,
     .initial = "0s",
     .max = 86400,
     .offset = AT(after_s),
     .help = "How long the first step waits for life."},
    {.name = "when_taken",
     .type = OPTION_CHOICE,
     .initial = "stop",
     .choices = takings,
     .offset = AT(when_taken),
     .help = "While somebody has the alert: steps wait for that person's word (stop), or come due "
             "as before (go_on)."},
    {.name = "when_shift_ends",
     .type = OPTION_CHOICE,
     .initial = "keep",
     .choices = hand_overs,
     .offset = AT(when_shift_ends),
     .help = "Of whoever has the alert: they keep it until their time is over, or it opens at the "
             "end of the shift (reopen; by the desk's roster)."},
};
#define STEP_WAIT 2 /* its row */
static const struct option step_options[] = {
    {.name = "channel",
     .type = OPTION_CHOICE,
     .initial = "message",
     .choices = ladder_channel_names,
     .offset = AT_STEP(channel),
     .help = "How to reach them; message and mail are sent by sinks, police ends the ladder."},
    {.name = "whom",
     .type = OPTION_CHOICE,
     .initial = "resident",
     .choices = ladder_whom_names,
     .offset = AT_STEP(whom),
     .help = "Whom to reach."},
    [STEP_WAIT] = {.name = "wait",
                   .type = OPTION_DURATION,
                   .initial = "30m",
                   .min = 1, /* a drill is over in a minute */
                   .max = 7 * 86400,
                   .offset = AT_STEP(wait_s),
                   .help = "How long to wait for an answer before the next step is due."},
};
static const char *const lists[] = {"teams", "severities", "steps", NULL};

const struct rows ladder_rows = {ladder_options, sizeof ladder_options / sizeof ladder_options[0],
                                 "a ladder", lists};
const struct rows ladder_step_rows = {step_options, sizeof step_options / sizeof step_options[0],
                                      "a step", NULL};

static void check_step(struct load *load, const struct place *place, const struct tree *item,
                       const struct ladder_step *step)
{
    bool channel = false, whom = false;
    for (const struct tree *child = item->first; child; child = child->next) {
        channel |= text_is(child->key, "channel");
        whom |= text_is(child->key, "whom");
    }
    if (!channel || !whom)
        load_problem(load, place, "a step needs its channel and whom");
    else if ((step->channel == BY_POLICE) != (step->whom == LADDER_POLICE))
        load_problem(load, place, "channel police goes with whom: police, and nothing else does");
}

static void load_steps(struct load *load, const struct tree *list, const char *shown,
                       struct ladder *ladder)
{
    struct items walk = {.load = load, .shown = shown, .max = LADDER_STEPS_MAX, .what = "steps"};
    while (items_next(&walk, list)) {
        struct ladder_step *step = &ladder->steps[ladder->step_count++];
        rows_default(&ladder_step_rows, step);
        for (const struct tree *key; (key = items_key(&walk));)
            (void)rows_load(load, &ladder_step_rows, key, walk.key_shown, step);
        if (items_good(&walk))
            check_step(load, &walk.place, walk.item, step);
    }
}

static void load_key(struct load *load, const struct tree *node, const char *shown,
                     struct ladder *ladder)
{
    if (text_is(node->key, "teams"))
        ladder->teams = load_mask(load, node, shown, team_names, TEAM_COUNT, "team");
    else if (text_is(node->key, "severities"))
        ladder->severities =
            load_mask(load, node, shown, severity_names, SEVERITY_COUNT, "severity");
    else if (text_is(node->key, "steps"))
        load_steps(load, node, shown, ladder);
    else
        rows_load(load, &ladder_rows, node, shown, ladder);
}

static void check_ladder(struct load *load, const struct place *place, struct ladder *ladder)
{
    const struct config *config = load->config;
    if (!rows_name_good(ladder->name, LADDER_NAME_BYTES - 1))
        load_problem(load, place, "needs a name of 1 to %d characters: a-z, 0-9 and '-'",
                     LADDER_NAME_BYTES - 1);
    if (ladder_named(config->ladders, config->ladder_count, ladder->name))
        load_problem(load, place, "has the name of another ladder; each has its own");
    if (!rows_hours_parse(ladder->hours, &ladder->from_min, &ladder->to_min))
        load_problem(load, place, "hours are written as 22:00-08:00");
    if (ladder->step_count == 0)
        load_problem(load, place, "has no steps");
    for (size_t i = 0; i + 1 < ladder->step_count; i++)
        if (ladder->steps[i].channel == BY_POLICE)
            load_problem(load, place, "has steps after the police; that step is the last one");
}

void load_ladders(struct load *load, const struct tree *node)
{
    struct config *config = load->config;
    struct items walk = {.load = load, .shown = "ladders", .max = LADDERS_MAX, .what = "ladders"};
    while (items_next(&walk, node)) {
        struct ladder *ladder = &config->ladders[config->ladder_count];
        rows_default(&ladder_rows, ladder);
        for (const struct tree *key; (key = items_key(&walk));)
            load_key(load, key, walk.key_shown, ladder);
        if (items_good(&walk))
            check_ladder(load, &walk.place, ladder);
        config->ladder_from[config->ladder_count++] = walk.place.origin;
    }
}

const struct ladder *ladder_named(const struct ladder *ladders, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(ladders[i].name, name) == 0)
            return &ladders[i];
    return NULL;
}

void ladder_wait_text(const struct ladder_step *step, struct buffer *out)
{
    value_format(&step_options[STEP_WAIT], step, out);
}

static bool is_hour_of(const struct ladder *ladder, int minute)
{
    int from = ladder->from_min, to = ladder->to_min;
    if (from == to)
        return true;
    return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

const struct ladder *ladder_for(const struct ladder *ladders, size_t count, enum team desk,
                                enum severity severity, int minute)
{
    for (size_t i = 0; i < count; i++)
        if ((!ladders[i].teams || ladders[i].teams >> desk & 1) &&
            (!ladders[i].severities || ladders[i].severities >> severity & 1) &&
            is_hour_of(&ladders[i], minute))
            return &ladders[i];
    return NULL;
}
