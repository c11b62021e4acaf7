/* SPDX-License-Identifier: Apache-2.0
 *
 * How areas and feeders fare by the records of their homes: how many there are, in how many nobody
 * shows, and whose meters nobody hears of. Made home by home; no I/O, any thread.
 */
#ifndef ANBU_HOUSEHOLD_SURVEY_H
#define ANBU_HOUSEHOLD_SURVEY_H

#include "household/record.h"

#define SURVEY_GROUPS_MAX 8192  /* areas and feeders; homes of further ones are in no row */
#define SURVEY_DARK_MAX   20000 /* meters; further ones are only counted */
/* Measured for so long, and no sign of life in it. */
#define SURVEY_QUIET_S (24 * 3600)
/* Nothing was heard of a meter for so long, and two of its intervals and its usual delay more: a
 * batch that comes in the morning may be a day late. */
#define SURVEY_DARK_S (48 * 3600)

enum survey_kind { SURVEY_AREA, SURVEY_FEEDER, SURVEY_KIND_COUNT };
struct survey_group {
    char name[MESSAGE_ID_MAX + 1];
    int64_t homes, quiet;
    int64_t dark;         /* homes with a meter that is */
    int64_t dark_since_s; /* of the meter that was heard of last, among those that are dark */
};

struct survey_meter {
    char household[MESSAGE_ID_MAX + 1];
    char area[MESSAGE_ID_MAX + 1], feeder[MESSAGE_ID_MAX + 1];
    uint64_t key; /* tells meters of the same moment apart */
    enum utility utility;
    int64_t heard_s; /* end of its newest reading */
    uint16_t interval_minutes;
};

struct survey {
    struct survey_group *groups[SURVEY_KIND_COUNT]; /* by name */
    size_t group_counts[SURVEY_KIND_COUNT], group_rooms[SURVEY_KIND_COUNT];
    struct survey_meter *dark;
    size_t dark_count, dark_room;
    int64_t homes, dark_meters;
    bool cut; /* its maker has left homes out */
};

/* Zero-initialise. A home is added once. */
void survey_add(struct survey *survey, struct text household, const struct record *record,
                int64_t now_s);
/* Of an area or feeder; NULL: no home of it was added. */
const struct survey_group *survey_find(const struct survey *survey, enum survey_kind kind,
                                       const char *name);
/* Dark meters: those that were heard of last come last. */
void survey_settle(struct survey *survey);
/* In that order, whether `a` stands before `b`. */
int survey_compare(const struct survey_meter *a, const struct survey_meter *b);
void survey_done(struct survey *survey);

#endif
