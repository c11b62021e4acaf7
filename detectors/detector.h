/* SPDX-License-Identifier: Apache-2.0
 *
 * The detector contract. A detector is a pure function over (options, own state, read-only
 * household view, event): it says whether its finding holds, how grave, since when. No clock, no
 * I/O, no allocation, no logging; same input, same bits. The household owns the state's memory
 * (pointer-free, persisted as it is) and fills the view; detectors run on the worker thread that
 * owns the household. Adding one: a folder with its .c and .md, and a line in registry.c.
 */
#ifndef ANBU_DETECTORS_DETECTOR_H
#define ANBU_DETECTORS_DETECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/option.h"
#include "detectors/pace.h"
#include "detectors/routine.h"
#include "detectors/vocabulary.h"

#define DETECTOR_COUNT_MAX  16
#define VIEW_METERS_MAX     6
#define FINDING_SUMMARY_MAX 240

/* Codes of logarithmic use (routine.h) by hour, and by local day; ring[i % count]. */
#define VIEW_HOURS 168
#define VIEW_DAYS  60

/* Mean temperatures of the last local days, in tenths of a degree Celsius. */
#define VIEW_WEATHER_DAYS 6
#define CELSIUS_UNKNOWN   INT16_MIN

enum event_kind {
    EVENT_HOUR,      /* an hour of one meter is known: use, or estimated */
    EVENT_DAY,       /* a local day of one meter is over and its total known */
    EVENT_BILLING,   /* `billing` happened; view.arrears and view.supply already tell its effect */
    EVENT_HOUSEHOLD, /* `household` happened; the view already tells its effect */
    EVENT_REPORT,    /* somebody reported something */
    EVENT_KIND_COUNT
};

/* One thing that happened, in event time. */
struct event {
    enum event_kind kind;
    int64_t at_s;       /* when it was over: the end of the hour or day, else the message's time */
    int32_t hour;       /* EVENT_HOUR: hours since 1970 in UTC of its start */
    uint8_t local_hour; /* 0-23, of the hour's start */
    uint8_t weekday;    /* 0 Monday .. 6 Sunday, local */
    uint8_t meter;      /* EVENT_HOUR, EVENT_DAY: index in view.meters */
    bool vouched;       /* measured: proves life or its absence; estimated readings do not */
    bool again;         /* EVENT_HOUR shown once more after a correction: count nothing twice */
    bool restart;       /* the first of those: evidence begins anew from here */
    uint8_t use;        /* EVENT_HOUR: code of its use */
    uint8_t halves[2];  /* codes of the two half-hours, each doubled to an hourly rate */
    struct hour_evidence
        evidence;             /* routine_evidence of the hour; zero while the routine is unknown */
    double awake_probability; /* of a sign of life in this slot */
    int32_t day; /* EVENT_DAY: local days since 1970; its total is in view.meters[].days */
    enum billing_event billing;
    enum household_event household;
    enum outcome
        outcome; /* EVENT_HOUSEHOLD with HOUSEHOLD_OUTCOME: how the desk closed the alert */
    enum report_channel channel;
};

struct meter_view {
    enum utility utility;
    uint16_t interval_minutes; /* typical spacing; 60 hourly, 1440 daily */
    uint16_t delay_minutes;    /* from a reading's end to its arrival, as it usually is */
    uint16_t valid_days; /* days with at least half of their hours measured, or a daily read */
    bool continuous; /* flows by itself, or has not stopped for a day: it cannot vouch for life */
    uint64_t masked; /* bit slot (routine_slot): the sun or a timer may hide who is there */
    const struct routine *routine;
    const uint8_t
        *hours; /* VIEW_HOURS codes, hours[h % VIEW_HOURS]; ROUTINE_MISSING where unknown */
    const uint8_t *estimated; /* bit h % VIEW_HOURS: nobody measured that hour; NULL: none */
    int32_t newest_hour;      /* the newest h in `hours` */
    const uint16_t *days;     /* VIEW_DAYS day codes (routine.h), days[d % VIEW_DAYS]; 0 unknown */
    int32_t newest_day;
    int64_t last_life_s; /* end of the last hour with a sign of life; 0 none yet */
};

/* The code of an hour that was measured; else, or when it is not in `hours`, ROUTINE_MISSING. */
static inline uint8_t view_hour(const struct meter_view *meter, int32_t hour)
{
    unsigned at = (unsigned)(hour % VIEW_HOURS);
    if (hour < 0 || hour > meter->newest_hour || hour <= meter->newest_hour - VIEW_HOURS ||
        (meter->estimated && meter->estimated[at / 8] >> at % 8 & 1))
        return ROUTINE_MISSING;
    return meter->hours[at];
}

struct arrears_view {
    uint8_t months;        /* months unpaid */
    int64_t amount_minor;  /* in hundredths of the currency's unit */
    int64_t average_minor; /* of this household's bills; 0 unknown */
    char currency[4];      /* "KRW", terminated; empty: unknown */
    int64_t oldest_due_s;  /* due date of the oldest unpaid bill, as its midnight in UTC; 0 none */
    uint8_t months_before; /* months unpaid a quarter earlier: the trend */
    bool arrangement;      /* a payment plan is in force */
    bool notice;           /* a disconnection notice is out */
    int64_t changed_s;     /* when the supply state last changed; 0 never */
};

/* What a detector may know. All of it is event time; nothing points outside the call. */
struct household_view {
    int64_t now_s;
    int32_t utc_offset_s;               /* local time = UTC + this, at now_s */
    uint32_t flags;                     /* bit n: enum profile_flag n */
    uint8_t residents;                  /* 0 unknown */
    bool occupied;                      /* false between moved_out and moved_in */
    int64_t moved_in_s;                 /* 0 unknown */
    int64_t absent_from_s, absent_to_s; /* declared absence; both 0: none */
    int64_t support_ended_s;            /* last support that ended; 0 none */
    int64_t report_s;                   /* last report by a person; 0 none */
    uint32_t watched_hours;             /* hours judged since the household was first seen */
    uint16_t valid_days;                /* of the best-known meter */
    bool in_season;                     /* a season of config is in force today */
    bool cold_wave;                     /* a cold wave is declared for the area */
    int32_t celsius_day;                /* the newest day of `celsius`: yesterday */
    int16_t celsius[VIEW_WEATHER_DAYS]; /* of celsius_day - i; CELSIUS_UNKNOWN */
    double acute_per_year;              /* budget.acute_per_household_year, layered */
    const struct pace *paces; /* what it buys here, by population; NULL: as in the training */
    int64_t last_life_s;      /* on any meter; 0 none yet */
    uint8_t meter_count;
    struct meter_view meters[VIEW_METERS_MAX];
    enum supply supply[UTILITY_COUNT];
    struct arrears_view arrears[UTILITY_COUNT];
};

/* How strange the hour was: what the household's routine may learn from it. */
enum oddness {
    ODDNESS_NONE,
    ODDNESS_ODD,     /* nights teach nothing about standby */
    ODDNESS_STRANGE, /* learn with a quarter of the weight */
};

/* Filled by observe(). `active` says whether the finding holds now. A detector that has a price
 * says what budget it would take, too: `active` is a price that is low enough. */
struct verdict {
    bool active;
    enum severity grade;  /* by the score alone; alert/policy adds the household's context */
    uint8_t stage;        /* within a grade a higher one is news: a limiter became a cut; 0 none */
    double score;         /* larger is graver; its meaning is the detector's page */
    int64_t since_s;      /* the finding speaks of the time since then */
    enum utility utility; /* the one that shows it most */
    uint32_t utilities;   /* mask of all that show it */
    bool life;            /* the finding ended because somebody was active */
    uint8_t running;      /* EVENT_HOUR: mask of meters that flow by themselves: `continuous` */
    enum oddness oddness;
    bool ready;   /* EVENT_HOUR, EVENT_DAY: the home is known well enough for a price */
    double price; /* alerts a household-year at which the finding holds; 0: at none, or no price */
};

/* One number behind a score: what it is called, in what, and what it says. */
struct term {
    const char *name; /* at most TERM_NAME_MAX bytes with the terminator */
    const char *unit; /* "h", "%", "a year"; NULL: a plain number */
    const char *text; /* one line for people */
};
#define TERMS_MAX         22
#define TERM_NAME_MAX     20
#define DETECTOR_SAID_MAX 3

/* What a detector's evidence is of: arrears are a second witness of low use, not of themselves. */
enum detector_kind { DETECTS_USE, DETECTS_BILLS, DETECTS_SUPPLY, DETECTS_HABITS };

/* How the budget steers it (pace.h): by a learnt score, or by how far a finding lies beyond the
 * detector's threshold. Bills and supply are what they are. */
enum pricing { PRICED_NOT, PRICED_LEARNT, PRICED_GRADED };

struct detector {
    const char *name;    /* as in messages and options */
    const char *summary; /* one line for people */
    enum team team;      /* who is told */
    enum detector_kind detects;
    enum pricing pricing;
    bool collective; /* an outage sets it off in many homes: an area incident may hold it */
    const struct option *options;
    size_t option_count;
    size_t options_bytes; /* of the struct that option rows write to */
    size_t state_bytes;   /* multiple of 8; starts zeroed */
    /* May change `state` and `verdict` alone. *verdict comes in as zeroes but for `active` and
     * `price`, the finding's present truth. */
    void (*observe)(const void *options, void *state, const struct household_view *view,
                    const struct event *event, struct verdict *verdict);
    /* The sentence an officer can say on the phone; called when a finding begins or grows. Writes
     * at most out_bytes with the terminator. */
    void (*describe)(const void *options, const void *state, const struct household_view *view,
                     const struct verdict *verdict, char *out, size_t out_bytes);
    /* The numbers that the score is made of, as they are now, whether or not a finding is on:
     * values[i] is terms[i]'s. Comes in as NAN, and what says nothing stays so. */
    const struct term *terms;
    size_t term_count;
    /* Those of them that the sentence has: a history says them in other languages. NULL: none. */
    const char *said[DETECTOR_SAID_MAX];
    void (*explain)(const void *options, const void *state, const struct household_view *view,
                    double values[TERMS_MAX]);
    /* Hours from a collapse in this home to the finding, as it is known now, at most OUTLOOK_NEVER;
     * OUTLOOK_UNKNOWN: too little is known. NULL: it finds no collapses. */
    double (*outlook)(const void *options, const void *state, const struct household_view *view);
};

/* THE list (registry.c), in the order of their state in the household record. */
extern const struct detector *const detectors[];
extern const size_t detector_count;

#endif
