/* SPDX-License-Identifier: Apache-2.0
 *
 * What a finding rests on, in numbers that an officer can be shown: whether somebody was expected
 * and seen, hour by hour, never how much was used; how long this home was quiet before; and the
 * numbers of the detector's own score. Bounded, by value; a pure function of record and event.
 */
#ifndef ANBU_HOUSEHOLD_EVIDENCE_H
#define ANBU_HOUSEHOLD_EVIDENCE_H

#include "base/text.h"
#include "base/zone.h"
#include "detectors/detector.h"

#define EVIDENCE_HOURS      72
#define EVIDENCE_METERS_MAX 3 /* the first ones that are read by the hour */
#define EVIDENCE_UNKNOWN    (-1)

struct evidence_meter {
    enum utility utility;
    int8_t expected[EVIDENCE_HOURS]; /* percent of like hours with a sign of life; oldest first */
    int8_t seen[EVIDENCE_HOURS];     /* 1, 0; EVIDENCE_UNKNOWN: no measured reading */
};

struct evidence_term {
    char name[TERM_NAME_MAX];
    double value;
};

struct evidence {
    int64_t until_s; /* end of the last hour; 0: no hours, the detector looks at none */
    uint8_t meter_count, term_count;
    struct evidence_meter meters[EVIDENCE_METERS_MAX];
    int64_t missing_hours; /* of meters x hours; unknown without hours, like the next two */
    int64_t longest_hours; /* the longest that this home was quiet before, as far as was measured */
    int64_t away_times;    /* that it was quiet for a day or longer in the last 12 months */
    struct evidence_term terms[TERMS_MAX];
};

struct judgement;
/* Of detectors[index], as things stand in the judgement. */
void evidence_take(const struct judgement *judgement, size_t index, struct evidence *out);

/* As a JSON object (docs/alerts.md, "Evidence"); times in the zone. */
void evidence_write(const struct evidence *evidence, const struct zone *zone, struct buffer *out);

#endif
