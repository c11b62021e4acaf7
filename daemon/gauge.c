/* SPDX-License-Identifier: Apache-2.0
 *
 * What the worker looks at once a second rather than count, and what it complains of now and then
 * rather than each time.
 */
#include "base/log.h"
#include "partition.h"

#define HOURS_A_YEAR 8766

static void gauge_lag(struct worker *worker, const struct partition *partition)
{
    struct partition_counts *measured = &worker->measured[partition->number];
    int64_t first[TOPIC_COUNT], end[TOPIC_COUNT];
    if (!worker->source->ops->ends)
        return;
    worker->source->ops->ends(worker->source, partition->number, first, end);
    for (int lane = 0; lane < TOPIC_COUNT; lane++) {
        int64_t from = partition->next[lane] == OFFSET_NONE
                           ? first[lane]
                           : partition->next[lane] - partition->base[lane];
        metric_set(&measured->lag[lane], end[lane] < 0      ? METRIC_UNKNOWN
                                         : end[lane] > from ? end[lane] - from
                                                            : 0);
    }
}

/* What the newest snapshots of a worker's partitions say, in thousandths. */
struct budget_sums {
    long long years[POPULATION_COUNT], wanted[POPULATION_COUNT], training[POPULATION_COUNT];
    long long raised[POPULATION_COUNT][BUDGET_OF_COUNT];
};

static void sum_budget(const struct census_group *group, const struct pace *paces,
                       struct budget_sums *sums)
{
    double yearly = group->budget_milli / 1000.0;
    long long watched = group->n[CENSUS_HOURS] / HOURS_A_YEAR;
    sums->years[group->population] += watched;
    sums->wanted[group->population] += watched * group->budget_milli / 1000;
    sums->training[group->population] +=
        (long long)((double)watched * population_price(paces, group->population, yearly));
    sums->raised[group->population][BUDGET_OF_PRICED] += group->n[CENSUS_RAISED];
    sums->raised[group->population][BUDGET_OF_OTHERS] += group->n[CENSUS_OTHERS];
}

/* Its newest snapshot's number; 0 none. */
static int32_t sum_partition(struct census *census, bool steered, struct budget_sums *sums)
{
    int32_t number = 0;
    const struct census_table *table = census ? census_sums(census, &number) : NULL;
    for (size_t i = 0; table && i < table->count; i++)
        sum_budget(&table->groups[i],
                   steered ? census_paces(census, census_week_from_ms(number),
                                          table->groups[i].budget_milli / 1000.0)
                           : NULL,
                   sums);
    return number;
}

static void gauge_budget(struct worker *worker)
{
    struct budget_counts *counts = &worker->counts.budget;
    struct budget_sums sums = {0};
    int32_t newest = 0;
    for (uint32_t p = 0; p < worker->options.partitions; p++) {
        int32_t number =
            sum_partition(worker->partitions[p].census, worker->settings->budget.steer, &sums);
        newest = number > newest ? number : newest;
    }
    metric_set(&counts->snapshot, newest);
    for (int i = 0; i < POPULATION_COUNT; i++) {
        metric_set(&counts->years[i], sums.years[i]);
        metric_set(&counts->wanted[i], sums.wanted[i]);
        metric_set(&counts->training[i], sums.training[i]);
        for (int of = 0; of < BUDGET_OF_COUNT; of++)
            metric_set(&counts->raised[i][of], sums.raised[i][of]);
    }
}

void gauge_partitions(struct worker *worker)
{
    struct worker_counts *counts = &worker->counts;
    long long settling = 0, letters = 0, in_flight = 0;
    for (uint32_t p = 0; p < worker->options.partitions; p++) {
        const struct partition *partition = &worker->partitions[p];
        letters += (long long)letters_under_way(partition->letters);
        in_flight += (long long)outbox_in_flight(partition->outbox);
        atomic_store_explicit(&worker->measured[p].assigned, partition->assigned,
                              memory_order_relaxed);
        if (!partition->assigned)
            continue;
        settling += (long long)partition->note_count;
        gauge_lag(worker, partition);
    }
    metric_set(&counts->settling, settling);
    metric_set(&counts->letters, letters);
    metric_set(&counts->in_flight, in_flight);
    gauge_budget(worker);
}

void gauge_group(struct worker *worker)
{
    struct worker_counts *counts = &worker->counts;
    int given = 0;
    if (!worker->source->ops->given)
        return;
    given = worker->source->ops->given(worker->source);
    metric_set(&counts->given, given);
    if (given >= 0)
        metric_set(&counts->member_ms, clock_monotonic_ms(worker->options.clock));
}

void gauge_complain(struct worker *worker, struct log_quota *quota, const char *what,
                    uint32_t partition, enum err err, const struct fault *fault)
{
    unsigned withheld;
    const char *text = fault && fault->text[0] ? fault->text : err_text(err);
    if (!log_quota_take(quota, clock_monotonic_ms(worker->options.clock), &withheld))
        return;
    if (withheld)
        log_line(LOG_WARNING, what, "partition=%u kind=%s error=%s withheld=%u", partition,
                 err_name(err), text, withheld);
    else
        log_line(LOG_WARNING, what, "partition=%u kind=%s error=%s", partition, err_name(err),
                 text);
}
