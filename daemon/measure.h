/* SPDX-License-Identifier: Apache-2.0
 *
 * THE table of metrics (measure.c): names, types, labels, help. The exposition, docs/metrics.md and
 * the tests are made from it. No label ever holds a household, a meter or an area.
 */
#ifndef ANBU_MEASURE_H
#define ANBU_MEASURE_H

#include "console/api.h"
#include "delivery/sinks.h"
#include "watch.h"

/* Whose values a row's are. */
enum measure_scope {
    MEASURE_WORKER,    /* struct worker_counts, added up over the workers */
    MEASURE_TALLY,     /* struct step_tally: the workers' and the API's */
    MEASURE_PARTITION, /* struct partition_view, one by one */
    MEASURE_WATCH,     /* struct watch_counts */
    MEASURE_KAFKA,     /* struct kafka_counts */
    MEASURE_SINK,      /* struct sink_counts, one by one */
    MEASURE_LOG,       /* struct log_counts */
    MEASURE_DAEMON,    /* struct daemon_counts */
    MEASURE_CONSOLE,   /* struct api_counts */
    MEASURE_SCOPE_COUNT
};

/* Of the daemon as a whole. */
struct daemon_counts {
    atomic_llong build;             /* always 1; its labels tell */
    atomic_llong config_generation; /* 1, and one more with each reload */
    atomic_ullong reloads[2];       /* done, refused */
    atomic_llong partitions;        /* of the topics */
    atomic_llong started_s, cpu_ms, resident_bytes;
};

struct measured {
    const struct worker *const *workers;
    size_t worker_count;
    uint32_t partitions;
    const struct watch *watch;
    const struct sinks *sinks;    /* NULL: none */
    const struct api_counts *api; /* NULL: none */
    const struct kafka_counts *kafka;
    struct daemon_counts *daemon; /* its process's figures are filled in */
    const struct clock *clock;
};

extern const struct metric measure_rows[];
extern const size_t measure_count;

/* The page that Prometheus reads. Any thread; takes no lock, asks nobody. */
void measure_write(const struct measured *from, struct buffer *out);
/* docs/metrics.md. */
void measure_page(struct buffer *out);

#endif
