/* SPDX-License-Identifier: Apache-2.0
 *
 * A few homes in each partition, some live, some a day late, some with bills alone, and senders who
 * make mistakes. Messages stand in each lane in the order of their arrival, so that the merge of a
 * partition's topics has one answer.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/zone.h"
#include "sim.h"

struct town {
    struct sim *sim;
    uint64_t rolled;
    int days;
    int64_t registers[SIM_PARTITIONS_MAX];
};

/* Apart from the schedule's: the same town under other faults. */
static int roll(struct town *town, int below)
{
    town->rolled = town->rolled * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((town->rolled >> 33) % (unsigned)below);
}

static void reading(struct town *town, uint32_t p, int home, const char *meter, int64_t start_s,
                    int64_t arrived_s, int value)
{
    char at[TIME_TEXT_MAX];
    bool water = meter[0] == 'W';
    sim_put(town->sim, p, MESSAGE_READING, arrived_s * 1000, home,
            "{\"household\":\"%s\",\"meter\":\"%s\",\"utility\":\"%s\",\"kind\":\"interval\","
            "\"start\":\"%s\",\"minutes\":60,\"value\":%d,\"unit\":\"%s\",\"quality\":\"%s\"}",
            town->sim->homes[p][home], meter, water ? "water" : "electricity",
            time_format(start_s, 0, at), value, water ? "L" : "Wh",
            roll(town, 50) ? "actual" : "estimated");
}

static void billing(struct town *town, uint32_t p, int home, int64_t at_s)
{
    static const char *const events[] = {"disconnected", "reconnected", "disconnection_notice",
                                         "limited"};
    char at[TIME_TEXT_MAX];
    if (roll(town, 3) == 0)
        sim_put(town->sim, p, MESSAGE_BILLING, at_s * 1000 + 60000, home,
                "{\"household\":\"%s\",\"utility\":\"water\",\"event\":\"arrears\",\"at\":\"%s\","
                "\"months\":%d,\"amount\":90000,\"currency\":\"KRW\"}",
                town->sim->homes[p][home], time_format(at_s, 0, at), roll(town, 8));
    else
        sim_put(town->sim, p, MESSAGE_BILLING, at_s * 1000 + 60000, home,
                "{\"household\":\"%s\",\"utility\":\"gas\",\"event\":\"%s\",\"at\":\"%s\"}",
                town->sim->homes[p][home], events[roll(town, 4)], time_format(at_s, 0, at));
}

static void event(struct town *town, uint32_t p, int home, int64_t at_s)
{
    static const char *const events[] = {"opted_out", "moved_in", "support_ended", "moved_out"};
    char at[TIME_TEXT_MAX];
    sim_put(town->sim, p, MESSAGE_HOUSEHOLD, at_s * 1000, home,
            "{\"household\":\"%s\",\"event\":\"%s\",\"at\":\"%s\"}", town->sim->homes[p][home],
            events[roll(town, 4)], time_format(at_s, 0, at));
}

static void bad(struct town *town, uint32_t p, int64_t at_s)
{
    /* Half of them nobody can read, half only the household refuses: too late for it. */
    if (roll(town, 2))
        sim_put(town->sim, p, MESSAGE_REPORT, at_s * 1000, SIM_NOBODY, "{\"household\":\"oh %d",
                roll(town, 1000));
    else
        reading(town, p, 3, "E-4", at_s - 20 * SIM_DAY_S, at_s, 500);
}

/* Home 0 is live with two meters and falls silent; 1 sends its day at eight the next morning and
 * falls silent; 2 reads a register that goes back; 3 moves, opts out, comes back; 4 has bills. */
static void hour(struct town *town, uint32_t p, int day, int of_day)
{
    int64_t at_s = SIM_START_S + (int64_t)day * SIM_DAY_S + (int64_t)of_day * SIM_HOUR_S;
    bool awake = of_day >= 7 && of_day < 23;
    bool moves = day < town->days - 2 && awake && roll(town, 4) > 0;
    if (roll(town, 40))
        reading(town, p, 0, "E-1", at_s, at_s + SIM_HOUR_S + 60,
                moves ? 300 + roll(town, 900) : 60);
    if (day % 3 == 0)
        reading(town, p, 0, "W-1", at_s, at_s + SIM_HOUR_S + 60, moves ? roll(town, 60) : 0);
    if (of_day == 8)
        for (int h = 0; h < 24; h++) {
            bool lives = day < town->days - 3 && h >= 6 && h < 23 && roll(town, 3) > 0;
            reading(town, p, 1, "W-2", at_s - 32 * SIM_HOUR_S + h * SIM_HOUR_S,
                    at_s + SIM_HOUR_S + 60 + h, lives ? 1 + roll(town, 80) : 0);
        }
    if (of_day % 4 == 0) {
        char at[TIME_TEXT_MAX];
        town->registers[p] += roll(town, 30);
        sim_put(town->sim, p, MESSAGE_READING, (at_s + SIM_HOUR_S + 90) * 1000, 2,
                "{\"household\":\"%s\",\"meter\":\"G-3\",\"utility\":\"water\",\"kind\":"
                "\"register\",\"at\":\"%s\",\"value\":%" PRId64 ",\"unit\":\"L\"}",
                town->sim->homes[p][2], time_format(at_s, 0, at),
                roll(town, 20) ? town->registers[p] : town->registers[p] - 900);
    }
    if (roll(town, 12) == 0)
        billing(town, p, 3 + roll(town, 2), at_s);
    if (roll(town, 48) == 0)
        event(town, p, 3, at_s);
    if (roll(town, 24) == 0)
        bad(town, p, at_s + SIM_HOUR_S + 100);
}

static int by_arrival(const void *one, const void *other)
{
    int64_t a = ((const struct sim_message *)one)->arrived_ms;
    int64_t b = ((const struct sim_message *)other)->arrived_ms;
    /* At one moment the order is nobody's; it must only be the same on every machine. */
    return a != b ? (a < b ? -1 : 1)
                  : strcmp(((const struct sim_message *)one)->payload.at,
                           ((const struct sim_message *)other)->payload.at);
}

void sim_town(struct sim *sim, uint64_t number)
{
    struct town town = {.sim = sim, .rolled = number * 2 + 1};
    /* One in three is long enough for silence to have learnt, and of those every other one for
     * prices to be steered by what was counted since. */
    int days = number % 3 == 0 ? 17 + roll(&town, 3) : 2 + roll(&town, 5);
    town.days = number % 6 == 0 ? days + 10 : days;
    for (uint32_t p = 0; p < sim->partitions; p++) {
        town.registers[p] = 1000;
        sim->home_count[p] = 5;
        for (int home = 0; home < 5; home++)
            (void)snprintf(sim->homes[p][home], sizeof sim->homes[p][home], "H-%u-%d", p, home);
        for (int day = 0; day < town.days; day++)
            for (int of_day = 0; of_day < 24; of_day++)
                hour(&town, p, day, of_day);
        for (int lane = 0; lane < TOPIC_COUNT; lane++)
            if (sim->lanes[p][lane].count)
                qsort(sim->lanes[p][lane].messages, sim->lanes[p][lane].count,
                      sizeof *sim->lanes[p][lane].messages, by_arrival);
    }
}
