/* SPDX-License-Identifier: Apache-2.0
 *
 * The store port: household records, alerts, timers, outbox, one fenced owner a partition.
 * Adapters: store_redis.c and its twin store_memory.c; one suite tests both
 * (tests/unit/test_store.c). A struct store belongs to one thread (a connection each).
 *
 * Ownership: store_take writes a new counter and token; every write of the owner names them and the
 * sequence it expects, is checked before its first change, and raises the sequence by one.
 *   ERR_FENCED   somebody else has taken the partition: stop, retake if still assigned
 *   ERR_REWOUND  the sequence is not the expected one: the store lost its last writes; drop the
 *                cache, take again, seek
 * A store that was restarted or replaced may have gone back: until the owner has taken a partition
 * again, put back what the alerts log knows better, and opened it, nobody else changes its alerts.
 * Both leave the store unchanged. ERR_UNREACHABLE: unknown whether it happened; take again.
 * ERR_BUSY: the server has no room or refuses writes for now: nothing happened; try again.
 * ERR_DENIED: it refuses our account; ERR_CORRUPT: what is stored does not fit, nothing happened.
 * Callbacks run within the call and must not call the store.
 */
#ifndef ANBU_STORE_STORE_H
#define ANBU_STORE_STORE_H

#include "base/err.h"
#include "base/text.h"
#include "ingest/message.h"

#define STORE_BATCH_RECORDS_MAX 256
#define STORE_BATCH_BYTES_MAX   655360    /* 640 kB */
#define STORE_ALERT_ID_MAX      40        /* bytes with the terminator */
#define STORE_TIMERS_MAX        5         /* set or cancelled in one step */
#define STORE_STEP_BYTES_MAX    2097152   /* 2 MB: snapshot, event and message of one step */
#define STORE_DONE_MAX          4096      /* outbox entries taken out in one call */
#define STORE_GROUP_MAX         96        /* bytes of a group's name with the terminator */
#define STORE_AREA_ADDS_MAX     256       /* hours counted in one call */
#define STORE_AREA_HOURS        96        /* so long after its last count an hour is forgotten */
#define STORE_INCIDENT_DAYS     7         /* so long after its last change an incident is */
#define STORE_INCIDENTS_MAX     1024      /* listed in one call, newest first */
#define STORE_DOCUMENT_NAME_MAX 96        /* bytes of a document's name with the terminator */
#define STORE_DOCUMENT_MAX      16384     /* bytes of a document */
#define STORE_DOCUMENTS_MAX     4096      /* listed in one call */
#define STORE_GONE_DAYS         30        /* so long an erased alert is not put back from the log */
#define STORE_SHELF_ABSENCE     "absence" /* a document a household (console/absence.h) */

/* What the owner of a partition holds; made by store_take, kept by the worker. */
struct store_head {
    uint32_t partition;
    uint64_t counter;
    char token[33];
    uint64_t seq;                 /* the next write expects this */
    uint64_t connection;          /* the adapter's: over another one, nothing is sure */
    int64_t offsets[TOPIC_COUNT]; /* where each lane goes on; OFFSET_NONE */
    int64_t log_offset;           /* of anbu.alerts: all before it is in the store; OFFSET_NONE */
};

/* The record of nobody: what the owner has counted of all homes (household/census.h), written with
 * theirs. */
#define STORE_NOBODY TEXT("")

struct store_record {
    struct text household; /* or STORE_NOBODY; likewise when records are loaded */
    const void *bytes;
    uint32_t size;
    int64_t settle_ms; /* arrival time at which its late batch settles; 0: settled */
    int outlook_h; /* hours from a collapse in this home to an alert, or OUTLOOK_UNKNOWN; 0: it is
                      in no list */
};

/* size 0: no such record yet. Borrowed for the call. */
typedef void store_record_fn(void *context, size_t index, const void *bytes, uint32_t size);
/* Of one that is loaded alone: its bytes to a struct buffer. */
void store_record_into(void *buffer, size_t index, const void *bytes, uint32_t size);

/* What is open for a household, and which findings were applied. */
struct store_case {
    char open[TEAM_COUNT][STORE_ALERT_ID_MAX]; /* id of the open alert of a team; "" none */
    int64_t finding_seq[16];                   /* last applied, by detector (DETECTOR_COUNT_MAX) */
};

struct store_timer {
    char kind[16];  /* lifecycle's timer name */
    int64_t due_ms; /* wall clock; 0 cancels */
};

/* One step of one alert, as lifecycle.c computed it. All or nothing. */
struct store_transition {
    uint32_t partition;
    const char *alert; /* id; NULL: only finding_seq is recorded (a finding that changes nothing),
                          or, without a detector, only the message sent (what a person declares) */
    struct text household;
    enum team team;
    int64_t raised_s;         /* index of the list: newest first */
    int64_t expected_version; /* 0: the alert must not exist */
    int64_t version;          /* expected_version + 1, or more when it restores */
    bool restores;            /* from the alerts log: versions in between may be missing */
    struct text snapshot;     /* JSON of the alert after the step */
    bool live; /* still open or acknowledged: it is the household's and team's alert; else all its
                  timers end */
    struct text event_id,
        event; /* to the outbox, for anbu.alerts, key = household; NULL at: none */
    struct text message_id, message; /* to the outbox, for the household topic; NULL: none */
    /* From a detector: dropped as ERR_DUPLICATE unless finding_seq is above what the case has. */
    int detector; /* -1: not from a detector */
    int64_t finding_seq;
    size_t timer_count;
    struct store_timer timers[STORE_TIMERS_MAX];
};

/* A closed alert of which less is kept from now on. Its version stays: nothing happened to it. */
struct store_erasure {
    const char *alert;
    struct text household;
    int64_t version;      /* that it has; another one, or a live alert: ERR_CONFLICT */
    struct text snapshot; /* what is kept of it; NULL: nothing, it is gone from every list */
};

enum outbox_topic { OUTBOX_ALERTS, OUTBOX_HOUSEHOLD, OUTBOX_TOPIC_COUNT };

/* Borrowed for the call. */
struct store_outbox_entry {
    const char *entry; /* the store's id of it, at most 63 bytes */
    enum outbox_topic topic;
    struct text key;  /* household */
    struct text id;   /* event id */
    struct text body; /* JSON */
};
typedef void store_outbox_fn(void *context, const struct store_outbox_entry *entry);

struct store_due {
    char alert[STORE_ALERT_ID_MAX];
    char kind[16];
    int64_t due_ms;
};

/* Alerts of a list, newest first; return false to stop. snapshot is borrowed for the call. */
typedef bool store_alert_fn(void *context, uint32_t partition, struct text snapshot);

struct store_settle {
    char household[MESSAGE_ID_MAX + 1];
    int64_t settle_ms;
};
typedef void store_settle_fn(void *context, const struct store_settle *settle);

/* Homes by how soon a collapse in them would be told: those of [least, most] hours. */
struct store_outlooks {
    int least_h, most_h; /* both OUTLOOK_UNKNOWN: of which too little is known */
    size_t from, limit;  /* the from-th and those that follow, the latest told first */
};
typedef void store_outlook_fn(void *context, struct text household, int outlook_h);

/* Soft state of areas (docs/decisions/0012-area-incidents.md): what homes of one group (an area or
 * a feeder, "feeder:F-201") showed in an hour. Counted by all workers of all daemons; forgotten by
 * itself. It may be lost, or counted twice, at any time: nothing durable follows from it. */
struct store_area_sums {
    int64_t metered, dark;        /* electricity meters measured; those that showed none */
    int64_t watched;              /* homes in which somebody could have been seen, on any meter */
    int64_t expected_milli, seen; /* signs of life: usual for these homes, in thousandths; seen */
};
struct store_area_hour {
    char group[STORE_GROUP_MAX];
    int32_t hour; /* hours since 1970 in UTC */
    struct store_area_sums sums;
};
/* After an addition, by everybody. */
struct store_area_total {
    struct store_area_sums hour, window; /* the hour's own; with the hours before it */
};

/* The latest incident of a group, as alert/incident.c writes it; borrowed for the call. */
typedef void store_incident_fn(void *context, struct text group, struct text incident);

/* Small named documents of no household and no partition, on a shelf of their kind ("account"):
 * who has seen a version may write the next. */
struct store_document {
    const char *shelf; /* lower-case letters */
    const char *name;
    int64_t expected_version; /* 0: there must be none */
    int64_t version;          /* 0: it is taken away */
    struct text body;
    int64_t expires_in_ms; /* 0: never */
};
/* In the order of the names where none expires; borrowed for the call. */
typedef void store_document_fn(void *context, struct text name, struct text body);

struct store;
struct store_ops {
    const char *name;

    /* Pins the number of partitions on first use; ERR_INCOMPATIBLE when another number is pinned.
     * want 0: only asks (0: none pinned yet). */
    enum err (*partitions)(struct store *store, uint32_t want, uint32_t *pinned,
                           struct fault *fault);

    /* Takes a partition: new counter and token first, then reads offsets and log position; calls
     * `settle` for each household whose late batch has not settled, soonest first (may be NULL). */
    enum err (*take)(struct store *store, uint32_t partition, struct store_head *out,
                     store_settle_fn *settle, void *context, struct fault *fault);

    /* The owner has read the alerts log to its end: people may act on the partition's alerts. */
    enum err (*open)(struct store *store, struct store_head *head, struct fault *fault);
    /* Counts connections to the server: another number, another connection. */
    uint64_t (*connection)(const struct store *store);

    /* Records of a batch in one pipelined round trip; `got` once for each index. */
    enum err (*load)(struct store *store, uint32_t partition, const struct text *households,
                     size_t count, store_record_fn *got, void *context, struct fault *fault);

    /* Records and resume offsets in one script; within STORE_BATCH_*_MAX, else ERR_TOO_LARGE. size
     * 0 deletes a record. A lane whose offset is OFFSET_NONE keeps what it has. */
    enum err (*flush)(struct store *store, struct store_head *head,
                      const struct store_record *records, size_t count,
                      const int64_t offsets[TOPIC_COUNT], struct fault *fault);

    /* What was flushed with the records. */
    enum err (*outlooks)(struct store *store, uint32_t partition,
                         const struct store_outlooks *which, store_outlook_fn *each, void *context,
                         struct fault *fault);
    /* How many homes of [least_h, most_h] there are. */
    enum err (*outlook_count)(struct store *store, uint32_t partition, int least_h, int most_h,
                              int64_t *out, struct fault *fault);

    enum err (*load_case)(struct store *store, uint32_t partition, struct text household,
                          struct store_case *out, struct fault *fault);

    /* One that restores what was erased at this version or a later one is ERR_DUPLICATE, too.
     * head NULL: a person, who needs no ownership: versions are checked, and that the partition has
     * been opened since the store's start (else ERR_BUSY); the sequence stays. ERR_DUPLICATE: the
     * finding was applied before. ERR_CONFLICT: the alert has another version, or it would be live
     * while the household's team has another live alert: load the case and the alert again. */
    enum err (*transition)(struct store *store, struct store_head *head,
                           const struct store_transition *step, struct fault *fault);

    /* The snapshot of an alert, appended to *out; ERR_NOT_FOUND. */
    enum err (*alert)(struct store *store, uint32_t partition, const char *id, struct buffer *out,
                      struct fault *fault);
    /* The newest `limit` (0: no limit) of all, or of the open and acknowledged ones. */
    enum err (*alerts)(struct store *store, uint32_t partition, bool live_only, size_t limit,
                       store_alert_fn *each, void *context, struct fault *fault);
    /* The alerts ever raised for a household, newest first, at most `limit` (0: no limit). */
    enum err (*alerts_of)(struct store *store, uint32_t partition, struct text household,
                          size_t limit, store_alert_fn *each, void *context, struct fault *fault);

    /* All alerts, the oldest first: at most `max` from the from-th on; *count: so many there are
     * there, 0 at the end. One whose snapshot is missing is counted and not told of. */
    enum err (*alerts_from)(struct store *store, uint32_t partition, size_t from, size_t max,
                            size_t *count, store_alert_fn *each, void *context,
                            struct fault *fault);
    /* By the owner alone. */
    enum err (*erase)(struct store *store, struct store_head *head,
                      const struct store_erasure *erasure, struct fault *fault);

    /* Timers due at now_ms, soonest first. A timer ends when a transition cancels or moves it. */
    enum err (*due)(struct store *store, uint32_t partition, int64_t now_ms, struct store_due *out,
                    size_t max, size_t *count, struct fault *fault);

    /* Oldest entries first, at most max, from after `after` ("" from the start). */
    enum err (*outbox)(struct store *store, uint32_t partition, const char *after, size_t max,
                       store_outbox_fn *each, void *context, struct fault *fault);
    /* How many there are. */
    enum err (*outbox_length)(struct store *store, uint32_t partition, int64_t *out,
                              struct fault *fault);
    /* Delivered entries leave; log_offset (or OFFSET_NONE) is kept as the head's log position when
     * it is further on. head NULL as above (then log_offset is ignored). */
    enum err (*outbox_done)(struct store *store, struct store_head *head, uint32_t partition,
                            const char *const *entries, size_t count, int64_t log_offset,
                            struct fault *fault);

    /* Adds to hours (at most STORE_AREA_ADDS_MAX), and says what they have come to; the window is
     * the hour itself and the window_hours - 1 before it. */
    enum err (*area_add)(struct store *store, const struct store_area_hour *adds, size_t count,
                         unsigned window_hours, struct store_area_total *totals,
                         struct fault *fault);
    /* Sets a group's incident if it still has the expected version (0: none, or forgotten); else
     * ERR_CONFLICT. opened_s orders the list. */
    enum err (*incident_set)(struct store *store, const char *group, int64_t expected_version,
                             int64_t version, struct text incident, int64_t opened_s,
                             struct fault *fault);
    /* Of all groups, the newest first. */
    enum err (*incidents)(struct store *store, store_incident_fn *each, void *context,
                          struct fault *fault);

    /* ERR_CONFLICT: it has another version, or is there although none was expected. */
    enum err (*document_set)(struct store *store, const struct store_document *document,
                             struct fault *fault);
    /* Appended to *out; ERR_NOT_FOUND: none, or expired. */
    enum err (*document)(struct store *store, const char *shelf, const char *name, int64_t *version,
                         struct buffer *out, struct fault *fault);
    enum err (*documents)(struct store *store, const char *shelf, store_document_fn *each,
                          void *context, struct fault *fault);

    /* The store's own clock, for the comparison with ours. */
    enum err (*clock_ms)(struct store *store, int64_t *out, struct fault *fault);
    /* Refused settings (maxmemory-policy) are ERR_CONFIG; worth-a-warning ones go to `warning`. */
    enum err (*check)(struct store *store, struct fault *warning, struct fault *fault);

    void (*free)(struct store *store);
};
struct store {
    const struct store_ops *ops;
};

struct store_redis_options {
    const char *address;  /* "unix:/path/redis.sock" or "tcp:host:port" */
    const char *user;     /* "" none */
    const char *password; /* "" none */
    const char *prefix;   /* of every key: "anbu:" */
    int64_t timeout_ms;
    int64_t database;
};

/* Connects on first use, again with back-off after a break (ERR_UNREACHABLE while it lasts).
 * Options are copied. SIGPIPE is ignored from here on if nobody has asked otherwise: hiredis would
 * let a dying server end the process. */
NODISCARD enum err store_redis_new(const struct store_redis_options *options, struct store **out,
                                   struct fault *fault);

/* Everything in the process. Several handles on one memory play several owners:
 * store_memory_again(first) opens another. */
struct store *store_memory_new(void);
struct store *store_memory_again(struct store *store);
/* For tests and simulation: the store as it is now, and back to it (a rewind). Bytes are owned by
 * the caller until handed to store_memory_restore or store_memory_image_free. */
struct store_memory_image;
struct store_memory_image *store_memory_save(struct store *store);
void store_memory_restore(struct store *store, const struct store_memory_image *image);
void store_memory_image_free(struct store_memory_image *image);

#endif
