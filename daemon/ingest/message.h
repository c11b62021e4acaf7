/* SPDX-License-Identifier: Apache-2.0
 *
 * A decoded message (docs/formats.md), values in canonical units. Text members are borrowed from
 * the payload (or from the decoder's scratch) and live until the batch is done.
 */
#ifndef ANBU_INGEST_MESSAGE_H
#define ANBU_INGEST_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "detectors/vocabulary.h"

#define MESSAGE_TYPES(X)              \
    X(MESSAGE_READING, "reading")     \
    X(MESSAGE_BILLING, "billing")     \
    X(MESSAGE_HOUSEHOLD, "household") \
    X(MESSAGE_REPORT, "report")       \
    X(MESSAGE_WEATHER, "weather")

enum message_type { MESSAGE_TYPES(VOCABULARY_CONSTANT) MESSAGE_TYPE_COUNT };
extern const char *const message_type_names[MESSAGE_TYPE_COUNT];

/* The topics keyed by household are the first ones: topic n carries message type n. */
#define TOPIC_COUNT 4 /* readings, billing, household, report */

#define OFFSET_NONE (-1) /* of a lane: nothing stored yet */

#define MESSAGE_ID_MAX    64   /* household, meter, area, feeder, id: bytes */
#define MESSAGE_TEXT_MAX  1000 /* summary, reason: bytes */
#define MESSAGE_BYTES_MAX 65536

enum reading_kind { READING_INTERVAL, READING_REGISTER };

/* What the number counts: milliwatt-hours or millilitres. */
enum measure { MEASURE_ENERGY, MEASURE_VOLUME };

struct reading {
    struct text meter;
    enum utility utility;
    enum reading_kind kind;
    enum quality quality;
    enum measure measure;
    int64_t start_s;       /* interval: its start; register: when it was read */
    int32_t minutes;       /* interval: its length, 5 to 44640; register: 0 */
    int64_t value_milli;   /* mWh or mL; negative only for intervals of electricity (feed-in) */
    bool has_value;        /* false only with QUALITY_MISSING */
    int64_t modulus_milli; /* register: rolls over at this (from `dials`); 0 unknown */
};

struct billing {
    enum utility utility;
    enum billing_event event;
    struct text bill;     /* "2026-01" */
    int64_t amount_minor; /* hundredths of the currency's unit */
    bool has_amount;
    char currency[4]; /* "KRW"; "" not said */
    int32_t due_day;  /* days since 1970; 0 not said */
    int32_t months;   /* arrears: months unpaid; -1 not said */
    int64_t until_s;  /* arrangement: its end; 0 not said */
};

/* That people declare; who lives elsewhere has moved out. */
#define ABSENCE_DAYS_MAX 366

struct household_message {
    enum household_event event;
    struct text area, feeder, timezone; /* profile; empty: not said */
    int32_t residents;                  /* profile; -1 not said */
    uint32_t flags;                     /* profile; mask of enum profile_flag */
    uint32_t flags_unknown;             /* profile: how many words of flags are none of ours */
    bool has_flags;
    int32_t moved_in_day;  /* profile; 0 not said */
    struct text meter;     /* meter_exchanged: the old meter; the new one may have its own id */
    struct text new_meter; /* meter_exchanged; empty: the same id goes on */
    enum utility utility;  /* meter_exchanged */
    enum measure measure;  /* meter_exchanged */
    int64_t old_milli, new_milli; /* meter_exchanged: last read of the old, first of the new */
    bool has_old, has_new;
    int64_t from_s, to_s; /* absence */
    bool shortened;       /* absence, outcome: it was to end later */
    struct text reason;
    struct text alert;    /* outcome: the alert's id */
    enum outcome outcome; /* outcome */
    int64_t until_s;      /* outcome: absence until; 0 not said */
};

struct report {
    enum report_channel channel;
    struct text summary;
};

#define WEATHER_TEMPERATURE "temperature"

struct weather {
    struct text area;
    struct text event; /* "cold_wave", "heat_wave", WEATHER_TEMPERATURE */
    int64_t from_s, to_s;
    double temperature_c;
    bool has_temperature;
};

struct message {
    enum message_type type;
    struct text household; /* empty for weather */
    int64_t at_ms;  /* event time: the interval's start, the register's read, the event's `at` */
    int64_t end_ms; /* event time by which all of it had happened: the interval's end, else at */
    int64_t arrived_ms; /* `arrived` of files; 0 not said */
    struct text id;
    int64_t version;
    union {
        struct reading reading;
        struct billing billing;
        struct household_message event;
        struct report report;
        struct weather weather;
    };
};

#endif
