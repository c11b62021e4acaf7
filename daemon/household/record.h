/* SPDX-License-Identifier: Apache-2.0
 *
 * The household record: versioned, pointer-free, checksummed, little-endian, the same bytes in
 * cache, Redis and every machine (byte table: docs/record.md). It holds what is known of a
 * home, never an alert's state.
 *
 *   header | home | detector slots | detector states | meters | texts (area, feeder, timezone)
 *
 * A record is owned by the cache entry it lies in, and by one worker thread.
 */
#ifndef ANBU_HOUSEHOLD_RECORD_H
#define ANBU_HOUSEHOLD_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "detectors/detector.h"
#include "ingest/message.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are little-endian in place");

#define RECORD_MAGIC     0x55424e41u /* "ANBU" */
#define RECORD_VERSION   2
#define RECORD_BYTES_MAX 16384
#define RECORD_PARTS     12 /* of an hour at most: five minutes each */
#define RECORD_ESTIMATED 0x8000u
#define RECORD_BILLS     6

struct record_header {
    uint32_t magic;
    uint16_t version;
    uint8_t detectors, meters;
    uint32_t bytes;    /* of the whole record */
    uint32_t checksum; /* CRC-32C (RFC 3720) of all that follows */
};

struct record_bill {
    int32_t due_day;      /* days since 1970 */
    uint32_t id;          /* hash of the bill's name */
    int64_t amount_minor; /* still to be paid */
};

/* Arrears of one utility. Unpaid bills one by one; what is older than they, or what the utility
 * told as a snapshot, is one sum. */
struct record_arrears {
    int64_t old_minor;     /* of the older months */
    int64_t average_minor; /* of bills, decayed */
    int64_t changed_s;     /* supply state */
    int64_t plan_until_s;  /* arrangement; INT64_MAX without an end; 0 none */
    int32_t old_due_day;   /* oldest of the older */
    int32_t quarter_day;   /* when months_before was noted */
    uint8_t old_months, months_before, months_noted, notice;
    uint8_t bills, supply;
    char currency[4];
    uint16_t plan_day;                     /* of the arrangement; local days since 1970 */
    uint32_t last_print;                   /* of the message applied last: repeats count once */
    struct record_bill bill[RECORD_BILLS]; /* in the order in which they are due */
};
_Static_assert(sizeof(struct record_arrears) == 56 + 16 * RECORD_BILLS, "byte table");

/* Silences that life has ended (quiet.h). */
#define QUIET_MONTHS 12
struct record_quiet {
    int32_t hour;               /* the newest that was counted; hours since 1970 */
    int32_t month;              /* the newest of `away`: 730 hours each */
    uint16_t now, longest;      /* hours */
    uint8_t away[QUIET_MONTHS]; /* silences of a day or longer, by the month of their end */
};
_Static_assert(sizeof(struct record_quiet) == 24, "byte table");

struct record_home {
    int64_t applied[TOPIC_COUNT]; /* offset of the last message applied, by lane; -1 none */
    int64_t settle_ms;            /* arrival time at which a late batch settles; 0 */
    int64_t moved_in_s, absent_from_s, absent_to_s, support_ended_s, report_s;
    int64_t last_life_s, last_reading_s, first_seen_s, newest_event_s;
    int64_t messages; /* applied so far: findings are numbered by it */
    uint32_t flags;
    uint32_t watched_hours;
    uint32_t settle_from_min; /* arrival of the first line that waits, minutes since 1970 */
    uint8_t residents, occupied, opted_out, support;
    uint8_t area_bytes, feeder_bytes, zone_bytes, spare;
    uint32_t layout;      /* hash of the detectors' names and the sizes of their states */
    int32_t counted_hour; /* newest that was counted as watched (census.h); hours since 1970 */
    uint32_t moved; /* the newest move that was told: minutes since 1970, twice; + 1: in; 0 none */
    struct record_quiet quiet;
    struct record_arrears arrears[UTILITY_COUNT];
    int32_t outlook_day; /* local day on which outlook_h was worked out; 0 never */
    int16_t outlook_h;   /* hours from a collapse to an alert; OUTLOOK_UNKNOWN; 0: nobody asks */
    uint8_t spare2[2];
};
_Static_assert(sizeof(struct record_home) == 184 + 152 * UTILITY_COUNT, "byte table");

/* One a detector: whether its finding is on. */
struct record_slot {
    int64_t since_s; /* as last told */
    uint8_t on, grade, stage;
    uint8_t spare;
    float price; /* at which it held when it was last counted (census.h); 0 none */
};

/* An hour in the making: of meters that report more often than hourly. */
struct record_hour {
    int32_t hour;    /* hours since 1970; 0 unused */
    uint8_t minutes; /* of each part; 60 / minutes parts make it */
    uint8_t spare;
    uint16_t seen;               /* mask of parts */
    uint16_t part[RECORD_PARTS]; /* day codes (fine steps); RECORD_ESTIMATED: a guess */
};

struct record_meter {
    uint64_t id;                          /* hash of the meter's name */
    int64_t last_read_s, last_read_milli; /* register */
    int64_t modulus_milli;
    int64_t newest_s;   /* end of the newest reading */
    int64_t hour_milli; /* register: use of the hour in the making */
    int64_t back_s,
        back_milli;     /* register: a read that was refused, until the next one goes on from it */
    int64_t life_s;     /* last sign of life: the end of its hour, or the read that proved it; 0 */
    int64_t left_milli; /* register: a level that was left for a lower one; 0 none */
    int32_t newest_hour, judged_hour; /* of the ring; hours since 1970; 0 none */
    int32_t first_hour, open_hour;    /* first ever; register: the hour in the making, 0 none */
    int32_t newest_day;               /* the last local day in `days` */
    uint16_t interval_minutes, valid_days, flow_hours;
    uint8_t utility, measure, kind, flags;
    uint16_t delay_minutes; /* from the end of a reading to its arrival, as it usually is */
    struct record_hour parts[2];
    uint8_t hours[VIEW_HOURS];
    uint8_t estimated[VIEW_HOURS / 8];
    uint8_t splits[24 + 3]; /* code of the larger half-hour above the hour's own; by hour % 24 */
    uint16_t days[VIEW_DAYS];
    struct routine routine;
};
_Static_assert(sizeof(struct record_meter) % 8 == 0, "arrays of it");

#define METER_REGISTER_SEEN 1  /* last_read is valid */
#define METER_UNSETTLED     2  /* late hours wait to be judged together */
#define METER_OPEN_KNOWN    4  /* hour_milli is all of the open hour's use */
#define METER_CORRECTED     8  /* late corrections wait to be shown together */
#define METER_RUNNING       16 /* a detector says that its flow is nobody's */
#define METER_FEEDS_IN      32 /* panels behind it: less than nothing is drawn by day (mask.h) */
#define METER_CHARGES       64 /* a timer draws at night: storage heating (mask.h) */

struct record {
    struct record_header *header;
    struct record_home *home;
    struct record_slot *slots; /* detector_count */
    struct record_meter *meters;
    void *states[DETECTOR_COUNT_MAX];
    char *texts;
};

/* Pointers into the bytes; checks magic, version, sizes, checksum, and counts. */
NODISCARD enum err record_open(void *bytes, uint32_t size, struct record *out, struct fault *fault);
/* The same without the checksum, for bytes that are ours. */
void record_view(void *bytes, struct record *out);

/* The bytes of a new household; caller frees. *size is what record_bytes(0, 0) says. */
void *record_new(uint32_t *size);

/* Room needed for so many meters and text bytes. */
uint32_t record_bytes(unsigned meters, unsigned text_bytes);

/* Adds a meter (zeroed): the bytes move, all pointers are new. Returns its index. */
unsigned record_add_meter(void **bytes, uint32_t *size);

/* Replaces the texts; an empty text keeps the old one. The bytes may move. */
void record_set_texts(void **bytes, uint32_t *size, struct text area, struct text feeder,
                      struct text zone);
struct text record_area(const struct record *record);
struct text record_feeder(const struct record *record);
struct text record_zone(const struct record *record);

/* Writes the checksum: before the bytes leave the process. */
void record_seal(void *bytes);

/* Hash of a meter's or bill's name (FNV-1a, 64 bits). */
uint64_t record_hash(struct text name);

#endif
