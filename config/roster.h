/* SPDX-License-Identifier: Apache-2.0
 *
 * Rosters: who is on call at a desk, by weekday, holiday and hour of the desk's own zone. Const
 * once the configuration is read; pure; any thread.
 */
#ifndef ANBU_CONFIG_ROSTER_H
#define ANBU_CONFIG_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "config/option.h"
#include "detectors/vocabulary.h"

#define ROSTERS_MAX       64
#define ROSTER_SHIFTS_MAX 32
#define ROSTER_AREAS_MAX  32
#define ROSTER_WHO_BYTES  65 /* an account's or group's name, with the terminator */
#define ROSTER_HOLIDAY    7  /* a bit of days, after Monday (0) to Sunday (6) */
#define ROSTER_DAYS_AHEAD 8  /* so far the next shift is looked for */

struct roster_shift {
    char name[OPTION_TEXT_MAX];
    char hours[OPTION_TEXT_MAX];
    char on_call[OPTION_TEXT_MAX]; /* account, or the desk's team ("team:police") */
    char then[OPTION_TEXT_MAX];    /* the next to call; "" nobody */
    int from_min, to_min;          /* of the day on which it begins; beyond 24 h: the day after */
    uint32_t days;                 /* of the week, and ROSTER_HOLIDAY; 0: all */
};

struct roster {
    char name[OPTION_TEXT_MAX];
    char timezone[OPTION_TEXT_MAX]; /* "" the households' */
    int team;
    size_t area_count; /* 0: all */
    char areas[ROSTER_AREAS_MAX][OPTION_TEXT_MAX];
    size_t shift_count;
    struct roster_shift shifts[ROSTER_SHIFTS_MAX];
};

struct config;
/* Somebody's shift: from and until are moments, and where one ends another may begin. */
struct duty {
    const struct roster *roster;
    const struct roster_shift *shift;
    int64_t from_s, until_s;
};

/* Whether on_call or then names the desk's team: whoever of it is enabled at that moment. */
bool roster_is_team(const char *who);
/* The zone of a roster's hours. */
const char *roster_timezone(const struct config *config, const struct roster *roster);
/* Whose shift it is at this moment; of several the first in the file. false: nobody's. */
bool roster_on(const struct config *config, const struct roster *roster, int64_t at_s,
               struct duty *out);
/* The first that begins after it. */
bool roster_next(const struct config *config, const struct roster *roster, int64_t at_s,
                 struct duty *out);
/* By the first roster of the team and area on which somebody is; area "" is in those of all areas
 * alone. */
bool roster_duty(const struct config *config, enum team team, const char *area, int64_t at_s,
                 struct duty *out);
/* The same of the rosters behind the first *after, which goes on to behind this one. */
bool roster_duty_next(const struct config *config, enum team team, const char *area, int64_t at_s,
                      size_t *after, struct duty *out);

#endif
