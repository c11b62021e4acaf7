/* SPDX-License-Identifier: Apache-2.0 */
#include "household/census.h"

#include <stdlib.h>
#include <string.h>

#include "base/crc32c.h"

#define WEEK_MS      INT64_C(604800000)
#define MONDAY_MS    INT64_C(345600000) /* 1970-01-05 */
#define FADES        905                /* of 1000, a week: ten weeks weigh most */
#define WEEKS_MAX    100                /* after so many nothing is left */
#define TRAINING     20.0               /* alerts that what is believed before weighs */
#define USUAL_YEARS  10.0               /* home-years that the usual number of others weighs */
#define OWED_MOST    1.5                /* times the budget, for what came of it before */
#define HOURS_A_YEAR 8766.0
#define VERSION      1
#define PACED_MAX    CENSUS_GROUPS_MAX
#define VARINT_BYTES 10

struct paced {
    int32_t budget_milli;
    struct pace by[POPULATION_COUNT];
};

struct snapshot {
    int32_t number;
    struct census_table sums;
    size_t paced_count; /* of budgets that were asked for */
    struct paced *paced[PACED_MAX];
};

struct census {
    int32_t week; /* that is counted: the newest snapshot's number; 0 none */
    struct census_table counted, written;
    struct snapshot *kept[CENSUS_KEPT]; /* newest first */
};

/* ---- tables ------------------------------------------------------------------------------- */

static struct census_group *group_of(struct census_table *table, int32_t budget_milli,
                                     uint8_t population)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->groups[i].budget_milli == budget_milli &&
            table->groups[i].population == population)
            return &table->groups[i];
    if (table->count == CENSUS_GROUPS_MAX)
        return NULL;
    struct census_group *group = &table->groups[table->count++];
    *group = (struct census_group){.budget_milli = budget_milli, .population = population};
    return group;
}

static void add(struct census_table *table, const struct census_count *count)
{
    struct census_group *group = group_of(table, count->budget_milli, count->population);
    if (group)
        group->n[count->what] += count->n;
}

static int compare_groups(const void *a, const void *b)
{
    const struct census_group *one = a, *two = b;
    if (one->population != two->population)
        return one->population < two->population ? -1 : 1;
    return (one->budget_milli > two->budget_milli) - (one->budget_milli < two->budget_milli);
}

/* ---- what follows from a snapshot ----------------------------------------------------------- */

/* Alerts up to each price, and the years in which they were counted. */
struct measured {
    double years, alerts[PACE_BINS], others[PACE_OTHERS_BINS];
};

/* Adds what holds at each price: at its own and at all lower ones. */
static void sum_up(const int64_t *n, unsigned bins, double *sum)
{
    double alerts = 0.0;
    for (unsigned bin = 0; bin < bins; bin++) {
        alerts += (double)n[bin] / CENSUS_SCALE;
        sum[bin] += alerts > 0.0 ? alerts : 0.0;
    }
}

static void measure(const struct census_group *group, struct measured *sum)
{
    sum->years += (double)group->n[CENSUS_HOURS] / CENSUS_SCALE / HOURS_A_YEAR;
    sum_up(&group->n[CENSUS_PRICED], PACE_BINS, sum->alerts);
    sum_up(&group->n[CENSUS_GRADED], PACE_OTHERS_BINS, sum->others);
}

/* How many times as many alerts as in the training, leaning on `usual` times. */
static double times(const struct measured *seen, unsigned bin, double usual)
{
    double wanted = pace_edges[bin] * seen->years * usual;
    return usual * (seen->alerts[bin] + TRAINING) / (wanted + TRAINING);
}

/* How much of that is `usual`. */
static double leans(const struct measured *seen, unsigned bin, double usual)
{
    return TRAINING / (pace_edges[bin] * seen->years * usual + TRAINING);
}

/* What these weeks had too much of, times what was wanted, is saved in those to come, and what they
 * were short of is spent: squared, for a population that grows louder is known when it has. Of all
 * homes at this budget, whatever their meters: they make one load. */
static double owed(const struct census_table *sums, int32_t budget_milli)
{
    double came = TRAINING, wanted = TRAINING;
    for (size_t i = 0; i < sums->count; i++) {
        const int64_t *n = sums->groups[i].n;
        if (sums->groups[i].budget_milli != budget_milli)
            continue;
        came += (double)(n[CENSUS_RAISED] + n[CENSUS_OTHERS]) / CENSUS_SCALE;
        wanted += (double)n[CENSUS_HOURS] / CENSUS_SCALE / HOURS_A_YEAR * budget_milli / 1000.0;
    }
    double squared = came / wanted * (came / wanted);
    return squared > OWED_MOST ? OWED_MOST : squared < 1.0 / OWED_MOST ? 1.0 / OWED_MOST : squared;
}

/* A group leans on the others of its population, and those on the training. */
static void pace_of(const struct census_table *sums, int32_t budget_milli, uint8_t population,
                    struct pace *out)
{
    struct measured own = {0}, others = {0};
    double training = population_usual(population);
    for (size_t i = 0; i < sums->count; i++)
        if (sums->groups[i].population == population)
            measure(&sums->groups[i],
                    sums->groups[i].budget_milli == budget_milli ? &own : &others);
    for (unsigned bin = 0; bin < PACE_OTHERS_BINS; bin++) {
        double usual = (others.others[bin] + USUAL_YEARS * pace_others_usual[bin]) /
                       (others.years + USUAL_YEARS);
        out->others[bin] = (own.others[bin] + USUAL_YEARS * usual) / (own.years + USUAL_YEARS);
        if (bin && out->others[bin] < out->others[bin - 1])
            out->others[bin] = out->others[bin - 1];
    }
    double over = owed(sums, budget_milli);
    for (unsigned bin = 0; bin < PACE_BINS; bin++) {
        double usual = times(&others, bin, training);
        out->rate[bin] = pace_edges[bin] * times(&own, bin, usual) * over;
        out->training[bin] = leans(&own, bin, usual) * leans(&others, bin, training);
        if (bin && out->rate[bin] < out->rate[bin - 1])
            out->rate[bin] = out->rate[bin - 1];
    }
}

static void forget_paced(struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->paced_count; i++)
        free(snapshot->paced[i]);
    snapshot->paced_count = 0;
}

static void snapshot_free(struct snapshot *snapshot)
{
    if (!snapshot)
        return;
    forget_paced(snapshot);
    free(snapshot);
}

/* CENSUS_KEPT: none of them. */
static size_t in_force(const struct census *census, int32_t week)
{
    size_t i = 0;
    while (i < CENSUS_KEPT && !(census->kept[i] && census->kept[i]->number <= week))
        i++;
    return i;
}

const struct pace *census_paces(struct census *census, int64_t arrived_ms, double budget)
{
    int32_t budget_milli = (int32_t)(budget * 1000.0 + 0.5);
    size_t at = in_force(census, census_week(arrived_ms));
    if (at == CENSUS_KEPT)
        return NULL;
    struct snapshot *snapshot = census->kept[at];
    for (size_t i = 0; i < snapshot->paced_count; i++)
        if (snapshot->paced[i]->budget_milli == budget_milli)
            return snapshot->paced[i]->by;
    if (snapshot->paced_count == PACED_MAX) /* more budgets than there is room for: anew */
        forget_paced(snapshot);
    struct paced *paced = memory_get(sizeof *paced);
    snapshot->paced[snapshot->paced_count++] = paced;
    paced->budget_milli = budget_milli;
    for (int p = 0; p < POPULATION_COUNT; p++)
        pace_of(&snapshot->sums, budget_milli, (uint8_t)p, &paced->by[p]);
    return paced->by;
}

bool census_pin(struct census *census, int64_t arrived_ms, int32_t *number, bool *forgotten)
{
    size_t at = in_force(census, census_week(arrived_ms));
    *forgotten = at == CENSUS_KEPT && census->kept[CENSUS_KEPT - 1];
    if (at == CENSUS_KEPT)
        return false;
    struct snapshot *snapshot = census->kept[at];
    census->kept[at] = NULL;
    census_forget(census);
    *number = snapshot->number;
    snapshot->number = INT32_MIN;
    census->kept[0] = snapshot;
    return true;
}

const struct census_table *census_sums(const struct census *census, int32_t *number)
{
    if (!census->kept[0])
        return NULL;
    *number = census->kept[0]->number;
    return &census->kept[0]->sums;
}

/* ---- counting ------------------------------------------------------------------------------- */

int32_t census_week(int64_t arrived_ms)
{
    int64_t since = arrived_ms - MONDAY_MS;
    return (int32_t)(since / WEEK_MS - (since % WEEK_MS < 0));
}

int64_t census_week_from_ms(int32_t week)
{
    return MONDAY_MS + week * WEEK_MS;
}

static void keep(struct census *census, struct snapshot *snapshot)
{
    snapshot_free(census->kept[CENSUS_KEPT - 1]);
    for (size_t i = CENSUS_KEPT - 1; i > 0; i--)
        census->kept[i] = census->kept[i - 1];
    census->kept[0] = snapshot;
}

static void fade(struct census_table *sums, int32_t weeks)
{
    size_t left = 0;
    for (size_t i = 0; i < sums->count; i++) {
        struct census_group *group = &sums->groups[i];
        for (int32_t w = 0; w < weeks && w < WEEKS_MAX; w++)
            for (unsigned what = 0; what < CENSUS_WHATS; what++)
                group->n[what] = group->n[what] * FADES / 1000;
        /* A budget that nobody has any more makes room for another. */
        if (weeks < WEEKS_MAX && group->n[CENSUS_HOURS] >= CENSUS_SCALE)
            sums->groups[left++] = *group;
    }
    sums->count = left;
}

static void add_week(struct census_table *sums, const struct census_table *counted)
{
    for (size_t i = 0; i < counted->count; i++) {
        const struct census_group *from = &counted->groups[i];
        struct census_group *to = group_of(sums, from->budget_milli, from->population);
        for (unsigned what = 0; to && what < CENSUS_WHATS; what++)
            to->n[what] += from->n[what] * CENSUS_SCALE;
    }
}

void census_lately(const struct census *census, struct census_table *out)
{
    *out = census->kept[0] ? census->kept[0]->sums : (struct census_table){0};
    add_week(out, &census->counted);
}

bool census_turn(struct census *census, int32_t week)
{
    if (week <= census->week)
        return false;
    if (!census->kept[0] && !census->counted.count) {
        census->week = week;
        return false;
    }
    struct snapshot *snapshot = memory_get(sizeof *snapshot);
    snapshot->number = week;
    if (census->kept[0])
        snapshot->sums = census->kept[0]->sums;
    fade(&snapshot->sums, week - census->week);
    add_week(&snapshot->sums, &census->counted);
    if (snapshot->sums.count)
        qsort(snapshot->sums.groups, snapshot->sums.count, sizeof snapshot->sums.groups[0],
              compare_groups);
    keep(census, snapshot);
    census->counted = census->written = (struct census_table){0};
    census->week = week;
    return true;
}

void census_add(struct census *census, const struct census_count *count)
{
    if (count->week == census->week)
        add(&census->counted, count);
}

void census_write_with(struct census *census, const struct census_count *count)
{
    if (count->week == census->week)
        add(&census->written, count);
}

struct census *census_new(void)
{
    return memory_get(sizeof(struct census));
}

void census_forget(struct census *census)
{
    for (size_t i = 0; i < CENSUS_KEPT; i++) {
        snapshot_free(census->kept[i]);
        census->kept[i] = NULL;
    }
    census->counted = census->written = (struct census_table){0};
    census->week = 0;
}

void census_free(struct census *census)
{
    if (!census)
        return;
    census_forget(census);
    free(census);
}

/* ---- bytes ----------------------------------------------------------------------------------- */

/* Signed, small ones short: zigzag, seven bits a byte, the lowest first. */
static void put(struct buffer *out, int64_t value)
{
    uint64_t left = (uint64_t)value << 1 ^ (uint64_t)(value >> 63);
    do {
        unsigned char byte = (unsigned char)((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
        buffer_add(out, &byte, 1);
        left >>= 7;
    } while (left);
}

struct reading_bytes {
    const unsigned char *at, *end;
    bool bad;
};

static int64_t take(struct reading_bytes *from, int64_t least, int64_t most)
{
    uint64_t value = 0;
    unsigned shift = 0;
    bool more = true;
    for (; more && from->at < from->end && shift < 7 * VARINT_BYTES; shift += 7) {
        value |= (uint64_t)(*from->at & 0x7f) << shift;
        more = *from->at++ & 0x80;
    }
    int64_t found = (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
    from->bad = from->bad || more || found < least || found > most;
    return from->bad ? least : found;
}

/* The same counts are the same bytes, whoever was counted first. */
static void write_table(struct buffer *out, const struct census_table *table)
{
    struct census_table sorted = *table;
    if (sorted.count)
        qsort(sorted.groups, sorted.count, sizeof sorted.groups[0], compare_groups);
    put(out, (int64_t)sorted.count);
    for (size_t i = 0; i < sorted.count; i++) {
        put(out, sorted.groups[i].population);
        put(out, sorted.groups[i].budget_milli);
        for (unsigned what = 0; what < CENSUS_WHATS; what++)
            put(out, sorted.groups[i].n[what]);
    }
}

static void read_table(struct reading_bytes *from, struct census_table *table)
{
    table->count = (size_t)take(from, 0, CENSUS_GROUPS_MAX);
    for (size_t i = 0; i < table->count && !from->bad; i++) {
        struct census_group *group = &table->groups[i];
        group->population = (uint8_t)take(from, 0, POPULATION_COUNT - 1);
        group->budget_milli = (int32_t)take(from, 0, INT32_MAX);
        for (unsigned what = 0; what < CENSUS_WHATS; what++)
            group->n[what] = take(from, -(INT64_C(1) << 53), INT64_C(1) << 53);
    }
}

void census_write(const struct census *census, struct buffer *out)
{
    struct buffer body = {0};
    size_t kept = 0;
    while (kept < CENSUS_KEPT && census->kept[kept])
        kept++;
    put(&body, census->week);
    write_table(&body, &census->written);
    put(&body, (int64_t)kept);
    for (size_t i = 0; i < kept; i++) {
        put(&body, census->kept[i]->number);
        write_table(&body, &census->kept[i]->sums);
    }
    uint32_t checksum = crc32c(body.at, body.bytes);
    put(out, VERSION);
    put(out, checksum);
    buffer_add(out, body.at, body.bytes);
    buffer_done(&body);
}

enum err census_read(struct census *census, const void *bytes, size_t size, struct fault *fault)
{
    struct reading_bytes from = {.at = bytes, .end = (const unsigned char *)bytes + size};
    census_forget(census);
    int64_t version = take(&from, 0, INT32_MAX), checksum = take(&from, 0, UINT32_MAX);
    if (!from.bad && version != VERSION)
        return fault_set(fault, ERR_INCOMPATIBLE,
                         "counts of homes of version %lld; this anbud knows version %d",
                         (long long)version, VERSION);
    if (from.bad || checksum != crc32c(from.at, (size_t)(from.end - from.at)))
        return fault_set(fault, ERR_CORRUPT, "counts of homes: checksum does not match");
    census->week = (int32_t)take(&from, INT32_MIN, INT32_MAX);
    read_table(&from, &census->written);
    census->counted = census->written;
    int64_t kept = take(&from, 0, CENSUS_KEPT);
    for (int64_t i = 0; i < kept && !from.bad; i++) {
        census->kept[i] = memory_get(sizeof(struct snapshot));
        census->kept[i]->number = (int32_t)take(&from, INT32_MIN, INT32_MAX);
        read_table(&from, &census->kept[i]->sums);
    }
    if (!from.bad && from.at == from.end)
        return ERR_OK;
    census_forget(census);
    return fault_set(fault, ERR_CORRUPT, "counts of homes: they end in mid-word");
}
