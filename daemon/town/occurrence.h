/* SPDX-License-Identifier: Apache-2.0
 *
 * A message in the making: numbers only, so that a town of many homes can hold those that arrive
 * late (a next-morning batch, a correction) in little memory. line.c turns it into JSON.
 */
#ifndef ANBU_TOWN_OCCURRENCE_H
#define ANBU_TOWN_OCCURRENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "ingest/message.h"

enum unit { UNIT_KWH, UNIT_WH, UNIT_LITRE, UNIT_CUBIC_METRE, UNIT_COUNT };

enum sky_event { SKY_COLD_WAVE, SKY_TEMPERATURE };

#define OCCURRENCE_AREA_BIT 0x80000000u /* `home` is an area then: weather */

struct occurrence {
    int64_t at_s;      /* the interval's start, the read, the event */
    int64_t value;     /* mWh or mL; billing: hundredths of the currency; meter_exchanged: old read;
                          absence and weather: until; report: which summary */
    int64_t second;    /* meter_exchanged: new read; bill: due (local day); arrangement: until;
                          limited: watts; weather: tenths of a degree */
    int64_t arrived_s; /* filled by the queue's caller */
    uint32_t home;
    uint32_t sequence; /* order of one home's messages of the same second */
    int32_t number;    /* interval: minutes; arrears: months; bill: year * 12 + month - 1 */
    uint8_t type;      /* enum message_type */
    uint8_t event;     /* enum billing_event, household_event, report_channel, sky_event; reading:
                          READING_* */
    uint8_t utility;
    uint8_t unit;    /* enum unit */
    uint8_t quality; /* enum quality */
    uint8_t meter;   /* which meter since the first: exchanges */
    uint8_t version; /* 2: a correction */
    uint8_t dials;   /* 0: not said */
    bool has_value;
};

#endif
