/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of the worker share: a log that outlives workers (and that a scripted source reads
 * from any offset), a publisher that collects, fails or holds back, a clock whose two hands are
 * moved one by one, and a store between worker and store_world's that counts, fails and lets others
 * in. The worker is the real one.
 */
#ifndef ANBU_TESTS_WORKER_WORLD_H
#define ANBU_TESTS_WORKER_WORLD_H

#include "config/config.h"
#include "store_world.h"
#include "worker.h"

#define WW_PARTITIONS_MAX 2
#define WW_START_S        INT64_C(1768435200) /* 2026-01-15T00:00:00Z */
#define WW_HOUR_S         3600
#define WW_DAY_S          86400

struct ww_message {
    int64_t arrived_ms;
    char *key;
    struct text payload; /* owned */
};

struct ww_lane {
    struct ww_message *messages;
    size_t count, room;
};

/* What Kafka has got. */
struct ww_sent {
    enum publisher_topic topic;
    uint32_t partition;
    int64_t offset; /* in its topic and partition */
    char *key;
    struct text body; /* owned */
    char *headers;    /* "name=value" lines */
};

enum probe_op {
    PROBE_TAKE,
    PROBE_OPEN,
    PROBE_LOAD,
    PROBE_FLUSH,
    PROBE_LOAD_CASE,
    PROBE_TRANSITION,
    PROBE_ALERT,
    PROBE_DUE,
    PROBE_OUTBOX,
    PROBE_OUTBOX_DONE,
    PROBE_ALERTS,
    PROBE_ERASE,
    PROBE_DOCUMENT,
    PROBE_AREA_ADD,
    PROBE_INCIDENT_SET,
    PROBE_INCIDENTS,
    PROBE_CLOCK,
    PROBE_COUNT
};

struct ww_clock {
    struct clock clock; /* first */
    int64_t monotonic_ms;
};

struct worker_world {
    uint32_t partitions;
    struct config *config;
    struct ww_clock clock;
    struct ww_lane lanes[WW_PARTITIONS_MAX + 1][TOPIC_COUNT]; /* the last: WW_WEATHER */
    struct ww_sent *sent;
    size_t sent_count, sent_room;
    int64_t sent_ends[PUBLISH_TOPIC_COUNT][WW_PARTITIONS_MAX];
    /* The source. */
    int64_t committed[WW_PARTITIONS_MAX][TOPIC_COUNT];
    unsigned commits, seeks, polls, given; /* given: deliveries */
    int64_t sought[TOPIC_COUNT];           /* by the last seek */
    unsigned seek_fails;                   /* so many times */
    bool stutters;                         /* goes back by itself now and then */
    bool ends;                             /* ERR_END when all is read */
    /* The publisher. */
    bool holds;               /* tells of nothing */
    unsigned fails;           /* so many deliveries fail */
    enum publisher_topic why; /* of this topic */
    unsigned busy;            /* so many times */
    bool reorders;            /* what failed comes after its successors */
    size_t bytes_max;         /* longer bodies are refused; 0: none */
    /* The store. */
    unsigned calls[PROBE_COUNT], calls_all;
    unsigned fail_at; /* this call of all; 0 never */
    bool fail_after;  /* it happened, but nobody knows */
    enum err fail_with;
    void (*before)(enum probe_op op);
    int64_t clock_off_ms; /* added to the store's clock */
    bool hand_clock;      /* the store's clock is ours */
    /* The worker. */
    bool timers, arrival_clock, new_log, read_log;
    staff_read_fn *staff_read;
    unsigned log_reads;
    _Atomic int64_t epochs[WW_PARTITIONS_MAX];
    char refused[256]; /* the last rejected message's reason and detail */
    struct fault fault;
};
extern struct worker_world ww;

/* After world_begin: so many partitions, these settings ("KEY=VALUE", NULL at the end). */
void ww_begin(uint32_t partitions, const char *const *sets);
/* The log and what was sent are forgotten, and so is every setting above. */
void ww_end(void);

/* The weather's partition n is its lane n: given to every worker, from its beginning, before it is
 * asked for its partitions. */
#define WW_WEATHER WW_PARTITIONS_MAX

/* One message to the log; its key is the household or area it names. */
void ww_put(uint32_t partition, unsigned lane, int64_t arrived_s, const char *key,
            const char *format, ...) __attribute__((format(printf, 5, 6)));
void ww_put_bytes(uint32_t partition, unsigned lane, int64_t arrived_s, const char *key,
                  struct text payload);
void ww_billing(const char *household, const char *event, int64_t at_s);
void ww_reading(const char *household, const char *meter, const char *utility, int64_t start_s,
                int64_t arrived_s, int value);
/* To the alerts log, as the API's own producer does. */
void ww_append_alert(const char *household, struct text event, const char *event_id);
/* The partition's topics are made anew, and are empty. */
void ww_made_anew(uint32_t partition);
/* Days of a small town: live and late meters, bills, reports, bad input. Deterministic by seed. */
void ww_town(uint32_t partitions, int days, unsigned seed);

uint32_t ww_partition_of(struct text key, uint32_t partitions);

/* A worker with its source and publisher over the present store. */
struct shift {
    struct worker *worker;
    struct ww_source *source;
};
struct shift shift_begin(uint32_t assigned_mask);
/* One turn; the monotonic clock goes on by 500 ms. */
enum err shift_step(struct shift *shift);
/* Steps until all is read, delivered and written. */
void shift_run(struct shift *shift);
/* So many turns, none of which may fail. */
void shift_steps(struct shift *shift, int count);
void shift_crash(struct shift *shift);
void shift_stop(struct shift *shift);
/* The group takes a partition away, or gives one. */
void shift_revoke(struct shift *shift, uint32_t partition, bool lost);
void shift_assign(struct shift *shift, uint32_t partition);
/* Everything has been delivered to the worker. */
bool shift_at_end(const struct shift *shift);

/* What a run leaves behind, as text: alerts and their events, records, dead letters, without
 * repetitions. Checks on the way that repeated events are equal and versions have no gaps. */
void ww_picture(struct buffer *out);
void ww_same(const struct buffer *quiet, const struct buffer *now, const char *what);

size_t ww_sent_of(enum publisher_topic topic);
/* What Kafka has of that team is gone, as what was never acknowledged. */
void ww_forget_sent(enum team team);
const struct ww_sent *ww_letter(size_t index);
/* A household's alert of a team as the store has it; false: none live. */
bool ww_live_alert(const char *household, enum team team, char id[STORE_ALERT_ID_MAX]);
size_t ww_alerts(bool live_only);
/* As the store has it in partition 0; alert_done it. */
struct alert ww_alert(const char *id);
/* The wall clock goes on. */
void ww_later(int64_t ms);
int64_t ww_stored_offset(uint32_t partition, unsigned lane);

#endif
