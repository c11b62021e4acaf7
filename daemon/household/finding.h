/* SPDX-License-Identifier: Apache-2.0
 *
 * What a detector found, with the household's context: the message from household to alert. By
 * value.
 */
#ifndef ANBU_HOUSEHOLD_FINDING_H
#define ANBU_HOUSEHOLD_FINDING_H

#include "detectors/detector.h"
#include "household/evidence.h"
#include "ingest/message.h"

struct finding {
    const struct detector *detector;
    int detector_index;
    /* Grows within a household, and is the same whenever the same message causes it: four times the
     * messages applied, and which pass over them (enum judge_pass). A count of findings would not
     * do: a replay that finds others than the first time would have them taken for known ones. */
    int64_t seq;
    bool active; /* begins, grows or speaks of another time; false: has ended */
    bool begins; /* was not active before */
    bool life;   /* ended by a sign of life */
    struct verdict verdict;
    int64_t at_s;    /* event time of what caused it */
    int64_t wall_ms; /* when we learnt it */
    /* Begins or grows: describe()'s sentence. Ended: empty. */
    char summary[FINDING_SUMMARY_MAX];
    struct evidence evidence; /* begins or grows */
    /* context */
    char household[MESSAGE_ID_MAX + 1];
    char area[MESSAGE_ID_MAX + 1], feeder[MESSAGE_ID_MAX + 1];
    char timezone[48];
    uint32_t flags;
    bool in_season, cold_wave;
    uint8_t months_unpaid; /* of the utility that is furthest behind */
    uint8_t limited, cut;  /* masks of utilities: their supply */
    int64_t age_s;         /* of the evidence when it arrived */
    int64_t report_s, support_ended_s, last_life_s;
};

#endif
