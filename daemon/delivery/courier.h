/* SPDX-License-Identifier: Apache-2.0
 *
 * The thread of one of `sinks`: anbu.alerts in order, one event at a time, each tried until it is
 * taken, refused or too old. Its position is the committed offset of a consumer group of its own,
 * shared by the city's daemons, and moves on after the sink has taken an event: what is under way
 * when the process dies comes again, nothing is lost. A group that has never been begins at the
 * topic's end.
 */
#ifndef ANBU_DELIVERY_COURIER_H
#define ANBU_DELIVERY_COURIER_H

#include "base/clock.h"
#include "base/metrics.h"
#include "delivery/addressee.h"
#include "delivery/sink.h"

/* Written by the courier's thread. */
struct sink_counts {
    atomic_ullong delivered, passed_over, failed, dead;
    atomic_ullong unaddressed; /* delivered, with nobody to write to */
    atomic_llong lag;          /* events not yet dealt with, of the partitions that are ours */
    atomic_llong waiting_ms; /* how long the event that is tried has stood in the topic; 0: none */
    atomic_llong partitions; /* that it is told of from here, each from a known offset on */
    atomic_llong disabled;   /* 1: it said that it wants no more */
};

struct courier_options {
    const struct kafka_common *common;
    const struct config *config; /* as at the start */
    const struct config_sink *rules;
    uint32_t partitions; /* of the topic */
    const struct sink_ops *ops;
    void *sink;                      /* taken over, also when the start fails; the finder as well */
    struct addressee_finder *finder; /* NULL: the sink has no `directory` */
    const struct clock *clock;
    const atomic_bool *stopping; /* set before courier_stop */
    uint64_t seed;               /* of the waits' chance */
};

/* A test of the sink, which somebody has asked for: an event of no alert, sent out of turn and
 * counted nowhere. */
struct courier_test {
    char id[96];                /* of the event; "": none since the start */
    int64_t asked_ms, ended_ms; /* wall clock; ended 0: under way */
    enum err err;
    long answer;      /* the status; 0: not told */
    char detail[256]; /* why it was not taken, or by whom not; "" */
};

/* How it stands, for people. */
struct courier_state {
    char trouble[256];    /* of the last try in vain; "" none since the start */
    int64_t trouble_ms;   /* wall clock; 0 */
    int64_t delivered_ms; /* the last that was taken; 0 */
    struct courier_test test;
    uint32_t partitions;
    int64_t *next; /* [partitions] offset that is told next; negative: another daemon's */
};

struct courier;
/* All but `sink` is borrowed for the courier's life. */
NODISCARD enum err courier_start(const struct courier_options *options, struct courier **out,
                                 struct fault *fault);
void courier_stop(struct courier *courier); /* waits for the thread */
void courier_free(
    struct courier *courier); /* after that; until then others may ask how it stands */
const struct sink_counts *courier_counts(const struct courier *courier);
/* Any thread. The courier sends it within a second, or after the try that it is at. ERR_CONFLICT:
 * one is under way. */
NODISCARD enum err courier_try(struct courier *courier, struct fault *fault);
/* Any thread; courier_state_done frees it. */
void courier_state(struct courier *courier, struct courier_state *out);
void courier_state_done(struct courier_state *state);

#endif
