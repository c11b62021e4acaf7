/* SPDX-License-Identifier: Apache-2.0 */
#include "household/survey.h"

#include <stdlib.h>
#include <string.h>

/* Where the group is, or belongs. */
static size_t place_of(const struct survey *survey, enum survey_kind kind, struct text name,
                       bool *found)
{
    size_t from = 0, to = survey->group_counts[kind];
    *found = false;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        const char *other = survey->groups[kind][middle].name;
        int order = strncmp(other, name.at, name.bytes);
        order = order ? order : other[name.bytes] != '\0';
        *found = *found || order == 0;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static struct survey_group *group_of(struct survey *survey, enum survey_kind kind, struct text name)
{
    bool found;
    size_t at = place_of(survey, kind, name, &found), count = survey->group_counts[kind];
    struct survey_group *groups = survey->groups[kind];
    if (found)
        return &groups[at];
    if (!name.bytes || count == SURVEY_GROUPS_MAX)
        return NULL;
    if (count == survey->group_rooms[kind]) {
        survey->group_rooms[kind] = count ? count * 2 : 64;
        groups = memory_grow(groups, survey->group_rooms[kind] * sizeof *groups);
        survey->groups[kind] = groups;
    }
    memmove(&groups[at + 1], &groups[at], (count - at) * sizeof *groups);
    groups[at] = (struct survey_group){.homes = 0};
    (void)text_copy(name, groups[at].name, sizeof groups[at].name);
    survey->group_counts[kind]++;
    return &groups[at];
}

const struct survey_group *survey_find(const struct survey *survey, enum survey_kind kind,
                                       const char *name)
{
    bool found;
    size_t at = place_of(survey, kind, text_of(name), &found);
    return found ? &survey->groups[kind][at] : NULL;
}

static bool is_dark(const struct record_meter *meter, int64_t now_s)
{
    int64_t usual_s = 60 * (2ll * meter->interval_minutes + meter->delay_minutes);
    return meter->newest_s && now_s - meter->newest_s > SURVEY_DARK_S + usual_s;
}

/* Nobody is expected where nobody lives or whoever does is away. */
static bool is_quiet(const struct record_home *home)
{
    bool away =
        home->absent_from_s < home->last_reading_s && home->last_reading_s <= home->absent_to_s;
    return home->occupied && !away && home->last_life_s &&
           home->last_reading_s - home->last_life_s >= SURVEY_QUIET_S;
}

static void dark_add(struct survey *survey, struct text household, const struct record *record,
                     const struct record_meter *meter)
{
    survey->dark_meters++;
    if (survey->dark_count == SURVEY_DARK_MAX)
        return;
    if (survey->dark_count == survey->dark_room) {
        survey->dark_room = survey->dark_room ? survey->dark_room * 2 : 64;
        survey->dark = memory_grow(survey->dark, survey->dark_room * sizeof *survey->dark);
    }
    struct survey_meter *out = &survey->dark[survey->dark_count++];
    *out = (struct survey_meter){.key = record_hash(household) ^ meter->id,
                                 .utility = (enum utility)meter->utility,
                                 .heard_s = meter->newest_s,
                                 .interval_minutes = meter->interval_minutes};
    (void)text_copy(household, out->household, sizeof out->household);
    (void)text_copy(record_area(record), out->area, sizeof out->area);
    (void)text_copy(record_feeder(record), out->feeder, sizeof out->feeder);
}

void survey_add(struct survey *survey, struct text household, const struct record *record,
                int64_t now_s)
{
    struct survey_group *in[SURVEY_KIND_COUNT] = {
        group_of(survey, SURVEY_AREA, record_area(record)),
        group_of(survey, SURVEY_FEEDER, record_feeder(record))};
    int64_t since_s = 0;
    survey->homes++;
    for (int i = 0; i < record->header->meters; i++) {
        const struct record_meter *meter = &record->meters[i];
        if (!is_dark(meter, now_s))
            continue;
        dark_add(survey, household, record, meter);
        since_s = meter->newest_s > since_s ? meter->newest_s : since_s;
    }
    for (int kind = 0; kind < SURVEY_KIND_COUNT; kind++) {
        struct survey_group *group = in[kind];
        if (!group)
            continue;
        group->homes++;
        group->quiet += is_quiet(record->home);
        group->dark += since_s != 0;
        group->dark_since_s = since_s > group->dark_since_s ? since_s : group->dark_since_s;
    }
}

int survey_compare(const struct survey_meter *a, const struct survey_meter *b)
{
    if (a->heard_s != b->heard_s)
        return a->heard_s < b->heard_s ? -1 : 1;
    return (a->key > b->key) - (a->key < b->key);
}

static int by_silence(const void *a, const void *b)
{
    return survey_compare(a, b);
}

void survey_settle(struct survey *survey)
{
    if (survey->dark_count)
        qsort(survey->dark, survey->dark_count, sizeof *survey->dark, by_silence);
}

void survey_done(struct survey *survey)
{
    for (int kind = 0; kind < SURVEY_KIND_COUNT; kind++)
        free(survey->groups[kind]);
    free(survey->dark);
    *survey = (struct survey){.homes = 0};
}
