/* SPDX-License-Identifier: Apache-2.0
 *
 * Counters, gauges and histograms, and how Prometheus reads them. Values are plain atomic members
 * of their owner's struct; a table of rows (daemon/measure.c holds THE one) says where each lies,
 * what it is called and what its labels are, and the exposition is made from rows alone.
 *
 * A value has one writer, who adds by a relaxed load and store: as cheap as a plain number, no
 * lock, no locked instruction; the few with several writers are told so (metric_add_shared).
 * Anybody reads at any time. Every series of a row is there from the start, as 0: a rate needs a
 * beginning.
 */
#ifndef ANBU_BASE_METRICS_H
#define ANBU_BASE_METRICS_H

#include <limits.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define METRIC_LABELS_MAX   3
#define METRIC_BUCKETS      16        /* bounds below, then +Inf */
#define METRIC_UNKNOWN      LLONG_MIN /* of a gauge: left out */
#define METRIC_NANOSECONDS  1e-9      /* scales to the base unit, seconds */
#define METRIC_MILLISECONDS 1e-3
#define METRIC_THOUSANDTHS  1e-3

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };
enum metric_merge { METRIC_SUM, METRIC_MAX }; /* of one series' several holders */

/* Durations. The bounds are one list for all: 0.1 ms to 10 s (metric_bounds_ns). */
struct metric_histogram {
    atomic_ullong counts[METRIC_BUCKETS + 1]; /* by bucket, not summed up */
    atomic_ullong sum_ns;
};
extern const int64_t metric_bounds_ns[METRIC_BUCKETS];

struct metric_label {
    const char *name;
    size_t count;                       /* of its values: the dimension of the array of values */
    const char *(*value)(size_t index); /* NULL: this one is left out */
};

struct metric {
    const char *name;
    enum metric_type type;
    enum metric_merge merge;
    int scope;                                            /* whose values: index of metrics_write */
    const struct metric_label *labels[METRIC_LABELS_MAX]; /* in the order of the dimensions */
    size_t offset;                                        /* in the holder's struct */
    double scale;                                         /* 0: 1 */
    const char *help;
};

/* Who holds the values of a scope. */
struct metric_holder {
    const void *at;
    const char *label; /* more labels, written out: `partition="3"`; NULL: merged with the others */
};
struct metric_scope {
    const struct metric_holder *holders;
    size_t count;
};

/* The text format, version 0.0.4. */
void metrics_write(const struct metric *rows, size_t count, const struct metric_scope *scopes,
                   struct buffer *out);

/* By the one writer. */
static inline void metric_add(atomic_ullong *counter, unsigned long long by)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + by,
                          memory_order_relaxed);
}
static inline void metric_set(atomic_llong *gauge, long long value)
{
    atomic_store_explicit(gauge, value, memory_order_relaxed);
}
void metric_observe(struct metric_histogram *histogram, int64_t ns);

/* By any thread. */
static inline void metric_add_shared(atomic_ullong *counter, unsigned long long by)
{
    (void)atomic_fetch_add_explicit(counter, by, memory_order_relaxed);
}
void metric_observe_shared(struct metric_histogram *histogram, int64_t ns);

#endif
