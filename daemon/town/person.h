/* SPDX-License-Identifier: Apache-2.0
 *
 * One person's day: asleep, at home, out; a semi-Markov process whose sojourns are drawn from the
 * habits of the person's kind. Times are local minutes since 1970, so a clock that is put forward
 * moves nobody's breakfast.
 */
#ifndef ANBU_TOWN_PERSON_H
#define ANBU_TOWN_PERSON_H

#include "town/chance.h"
#include "town/scenario.h"

enum person_kind {
    PERSON_ELDER,
    PERSON_WORKER,
    PERSON_STUDENT,
    PERSON_CHILD,
    PERSON_KEEPER,
    PERSON_KIND_COUNT
};
enum person_state { PERSON_ASLEEP, PERSON_HOME, PERSON_OUT };

#define PERSON_OUTINGS_MAX 3

struct outing {
    int32_t from, to;
};

struct person {
    uint64_t key;
    int32_t day;   /* the day that is being lived; it may end after midnight */
    int32_t until; /* end of the state */
    int32_t bed;
    int32_t woke;
    struct outing outings[PERSON_OUTINGS_MAX];
    uint8_t outing_count, outing_next;
    uint8_t kind, state;
    bool shower_due, shower_early;
};

/* Asleep at the beginning of `day`. */
void person_init(struct person *person, uint64_t key, enum person_kind kind, int32_t day,
                 const struct scenario *scenario);

/* On to this minute. */
void person_live(struct person *person, int32_t minute, const struct scenario *scenario);

/* Chance an hour of a walk to the toilet at night. */
double person_night_visits(const struct person *person);

#endif
