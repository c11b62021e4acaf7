/* SPDX-License-Identifier: Apache-2.0
 *
 * anbu-sim FIRST [LAST]: the seeds from FIRST to LAST. A seed's town is seed / 8, so that one quiet
 * run serves eight; every fourth seed has officers, wall-clock timers and reloads in it and is
 * checked by invariants, the others must leave what the quiet run leaves. A failure prints its seed
 * and what differs; ANBU_SIM_LOG=1 shows what the workers log.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "sim.h"
#include "tests/unit/picture.h"

#define SEEDS_A_TOWN 8

struct totals {
    unsigned long long seeds, failed, steps, writes, faults[SIM_FAULT_COUNT], deeds, compared;
};

static void quiet_run(uint64_t town, struct buffer *picture)
{
    struct sim sim;
    log_set_level(LOG_ERROR - 1); /* thousands of lines a second that nobody asked for */
    sim_begin(&sim, town, town);
    sim_quiet(&sim);
    sim_picture(&sim, picture);
    sim_check_log(&sim);
    if (sim.failure.bytes) {
        (void)printf("FAIL town %llu, quiet run: %s\n", (unsigned long long)town, sim.failure.at);
        exit(1);
    }
    sim_end(&sim);
}

static void faulty_run(uint64_t seed, const struct buffer *quiet, struct totals *totals)
{
    struct sim sim;
    struct buffer now = {0};
    if (getenv("ANBU_SIM_LOG"))
        log_set_level(LOG_INFO);
    sim_begin(&sim, seed, seed / SEEDS_A_TOWN);
    sim.people = seed % 4 == 3;
    sim_faulty(&sim);
    if (!sim.failure.bytes)
        sim_check_log(&sim);
    if (sim.people && !sim.failure.bytes) {
        sim_check_deeds(&sim);
    } else if (!sim.failure.bytes) {
        sim_picture(&sim, &now);
        struct buffer how = {0};
        if (!picture_same(quiet, &now, &how))
            sim_fail(&sim, "not as in a quiet run\n%s", how.at);
        buffer_done(&how);
        totals->compared++;
    }
    totals->seeds++;
    totals->steps += sim.steps;
    totals->writes += sim.writes;
    totals->deeds += sim.deeds_done;
    for (int f = 0; f < SIM_FAULT_COUNT; f++)
        totals->faults[f] += sim.faults[f];
    if (sim.failure.bytes) {
        totals->failed++;
        (void)printf("FAIL seed %llu: %s\n", (unsigned long long)seed, sim.failure.at);
        for (int f = 0; f < SIM_FAULT_COUNT; f++)
            if (sim.faults[f])
                (void)printf("     %3u x %s\n", sim.faults[f], sim_fault_texts[f]);
        (void)printf("     again: make sim SEED=%llu\n", (unsigned long long)seed);
    }
    buffer_done(&now);
    sim_end(&sim);
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        (void)fprintf(stderr, "usage: anbu-sim FIRST [LAST]\n");
        return 2;
    }
    uint64_t first = strtoull(argv[1], NULL, 10);
    uint64_t last = argc > 2 ? strtoull(argv[2], NULL, 10) : first;
    uint64_t town = UINT64_MAX;
    struct buffer quiet = {0};
    struct totals totals = {0};
    int64_t start_ms = clock_monotonic_ms(&clock_machine);
    for (uint64_t seed = first; seed <= last && totals.failed < 10; seed++) {
        if (seed / SEEDS_A_TOWN != town)
            quiet_run(town = seed / SEEDS_A_TOWN, &quiet);
        faulty_run(seed, &quiet, &totals);
    }
    buffer_done(&quiet);
    double minutes = (double)(clock_monotonic_ms(&clock_machine) - start_ms + 1) / 60000;
    for (int f = 0; f < SIM_FAULT_COUNT; f++)
        (void)printf("%8llu x %s\n", totals.faults[f], sim_fault_texts[f]);
    (void)printf("%llu seeds (%.0f a minute), %llu store steps, %llu writes, %llu compared with a "
                 "quiet run, %llu officers' steps\n",
                 totals.seeds, (double)totals.seeds / minutes, totals.steps, totals.writes,
                 totals.compared, totals.deeds);
    (void)printf("%llu passed, %llu failed\n", totals.seeds - totals.failed, totals.failed);
    return totals.failed ? 1 : 0;
}
