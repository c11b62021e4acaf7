/* SPDX-License-Identifier: Apache-2.0 */
#include "base/metrics.h"

#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#define MS INT64_C(1000000)

const int64_t metric_bounds_ns[METRIC_BUCKETS] = {
    MS / 10, MS / 4,   MS / 2,   1 * MS,   5 * MS / 2, 5 * MS,    10 * MS,   25 * MS,
    50 * MS, 100 * MS, 250 * MS, 500 * MS, 1000 * MS,  2500 * MS, 5000 * MS, 10000 * MS};

static size_t bucket_of(int64_t ns)
{
    size_t i = 0;
    while (i < METRIC_BUCKETS && ns > metric_bounds_ns[i])
        i++;
    return i;
}

void metric_observe(struct metric_histogram *histogram, int64_t ns)
{
    metric_add(&histogram->counts[bucket_of(ns)], 1);
    metric_add(&histogram->sum_ns, ns > 0 ? (unsigned long long)ns : 0);
}

void metric_observe_shared(struct metric_histogram *histogram, int64_t ns)
{
    metric_add_shared(&histogram->counts[bucket_of(ns)], 1);
    metric_add_shared(&histogram->sum_ns, ns > 0 ? (unsigned long long)ns : 0);
}

static unsigned long long read_count(const atomic_ullong *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static size_t element_bytes(const struct metric *row)
{
    return row->type == METRIC_HISTOGRAM ? sizeof(struct metric_histogram) : sizeof(atomic_ullong);
}

static const char *element(const struct metric *row, const struct metric_holder *holder,
                           size_t index)
{
    return (const char *)holder->at + row->offset + index * element_bytes(row);
}

/* Prometheus reads any float; whole numbers stay whole. */
static void put_number(struct buffer *out, double number)
{
    char text[40];
    (void)snprintf(text, sizeof text, "%.9g", number);
    for (char *at = text; *at; at++) /* of a locale */
        if (*at == ',')
            *at = '.';
    buffer_format(out, "%s\n", text);
}

static double scale_of(const struct metric *row)
{
    return row->scale != 0 ? row->scale : 1;
}

static void put_count(struct buffer *out, const struct metric *row, unsigned long long count)
{
    if (scale_of(row) == 1) /* no digit is lost */
        buffer_format(out, "%llu\n", count);
    else
        put_number(out, (double)count * scale_of(row));
}

static void put_value(struct buffer *out, const char *value)
{
    for (; *value; value++) {
        if (*value == '\\' || *value == '"')
            buffer_add(out, "\\", 1);
        if (*value == '\n')
            buffer_text(out, "\\n");
        else
            buffer_add(out, value, 1);
    }
}

/* `utility="water",quality="actual"` of the series at this place of the array; false: left out. */
static bool put_labels(struct buffer *out, const struct metric *row, const char *more, size_t index)
{
    size_t at[METRIC_LABELS_MAX] = {0}, count = 0;
    while (count < METRIC_LABELS_MAX && row->labels[count])
        count++;
    for (size_t i = count; i-- > 0; index /= row->labels[i]->count)
        at[i] = index % row->labels[i]->count;
    for (size_t i = 0; i < count; i++) {
        const char *value = row->labels[i]->value(at[i]);
        if (!value)
            return false;
        buffer_format(out, "%s%s=\"", i ? "," : "", row->labels[i]->name);
        put_value(out, value);
        buffer_text(out, "\"");
    }
    if (more)
        buffer_format(out, "%s%s", count ? "," : "", more);
    return true;
}

/* One line's name and labels; `le` may be NULL. */
static void put_series(struct buffer *out, const struct metric *row, const char *suffix,
                       const char *labels, const char *le)
{
    buffer_format(out, "%s%s", row->name, suffix);
    if (labels[0] || le)
        buffer_format(out, "{%s%s", labels, le && labels[0] ? "," : "");
    if (le)
        buffer_format(out, "le=\"%s\"", le);
    buffer_text(out, labels[0] || le ? "} " : " ");
}

static void write_histogram(struct buffer *out, const struct metric *row, const char *labels,
                            const struct metric_holder *holders, size_t holder_count, size_t index)
{
    unsigned long long counts[METRIC_BUCKETS + 1] = {0}, sum_ns = 0, so_far = 0;
    for (size_t h = 0; h < holder_count; h++) {
        const struct metric_histogram *from =
            (const struct metric_histogram *)(const void *)element(row, &holders[h], index);
        for (size_t i = 0; i <= METRIC_BUCKETS; i++)
            counts[i] += read_count(&from->counts[i]);
        sum_ns += read_count(&from->sum_ns);
    }
    for (size_t i = 0; i <= METRIC_BUCKETS; i++) {
        char le[32] = "+Inf";
        if (i < METRIC_BUCKETS)
            (void)snprintf(le, sizeof le, "%g", (double)metric_bounds_ns[i] * METRIC_NANOSECONDS);
        so_far += counts[i];
        put_series(out, row, "_bucket", labels, le);
        buffer_format(out, "%llu\n", so_far);
    }
    put_series(out, row, "_sum", labels, NULL);
    put_number(out, (double)sum_ns * METRIC_NANOSECONDS);
    put_series(out, row, "_count", labels, NULL);
    buffer_format(out, "%llu\n", so_far); /* of the same moment as the buckets */
}

static void write_counter(struct buffer *out, const struct metric *row, const char *labels,
                          const struct metric_holder *holders, size_t holder_count, size_t index)
{
    unsigned long long sum = 0;
    for (size_t h = 0; h < holder_count; h++)
        sum += read_count((const atomic_ullong *)(const void *)element(row, &holders[h], index));
    put_series(out, row, "", labels, NULL);
    put_count(out, row, sum);
}

static void write_gauge(struct buffer *out, const struct metric *row, const char *labels,
                        const struct metric_holder *holders, size_t holder_count, size_t index)
{
    long long all = METRIC_UNKNOWN;
    for (size_t h = 0; h < holder_count; h++) {
        long long one = atomic_load_explicit(
            (const atomic_llong *)(const void *)element(row, &holders[h], index),
            memory_order_relaxed);
        if (one == METRIC_UNKNOWN)
            continue;
        if (all == METRIC_UNKNOWN)
            all = one;
        else if (row->merge == METRIC_SUM)
            all += one;
        else if (one > all)
            all = one;
    }
    if (all == METRIC_UNKNOWN)
        return;
    put_series(out, row, "", labels, NULL);
    if (scale_of(row) == 1)
        buffer_format(out, "%lld\n", all);
    else
        put_number(out, (double)all * scale_of(row));
}

/* All series of these holders, which are one (merged) or one by one. */
static void write_holders(struct buffer *out, const struct metric *row,
                          const struct metric_holder *holders, size_t holder_count)
{
    size_t series = 1;
    for (size_t i = 0; i < METRIC_LABELS_MAX && row->labels[i]; i++)
        series *= row->labels[i]->count;
    for (size_t i = 0; i < series; i++) {
        struct buffer labels = {0};
        buffer_text(&labels, "");
        if (put_labels(&labels, row, holders->label, i)) {
            if (row->type == METRIC_HISTOGRAM)
                write_histogram(out, row, labels.at, holders, holder_count, i);
            else if (row->type == METRIC_COUNTER)
                write_counter(out, row, labels.at, holders, holder_count, i);
            else
                write_gauge(out, row, labels.at, holders, holder_count, i);
        }
        buffer_done(&labels);
    }
}

void metrics_write(const struct metric *rows, size_t count, const struct metric_scope *scopes,
                   struct buffer *out)
{
    static const char *const types[] = {"counter", "gauge", "histogram"};
    for (size_t i = 0; i < count; i++) {
        const struct metric *row = &rows[i];
        const struct metric_scope *scope = &scopes[row->scope];
        if (!scope->count)
            continue;
        buffer_format(out, "# HELP %s %s\n# TYPE %s %s\n", row->name, row->help, row->name,
                      types[row->type]);
        if (!scope->holders[0].label)
            write_holders(out, row, scope->holders, scope->count);
        for (size_t h = 0; h < scope->count && scope->holders[0].label; h++)
            write_holders(out, row, &scope->holders[h], 1);
    }
}
