/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <time.h>

static int64_t read_ms(clockid_t id)
{
    struct timespec now;
    (void)clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t machine_wall_ms(const struct clock *clock)
{
    (void)clock;
    return read_ms(CLOCK_REALTIME);
}

static int64_t machine_monotonic_ms(const struct clock *clock)
{
    (void)clock;
    return read_ms(CLOCK_MONOTONIC);
}

static int64_t machine_monotonic_ns(const struct clock *clock)
{
    struct timespec now;
    (void)clock;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t hand_ms(const struct clock *clock)
{
    return clock->set_ms;
}

const struct clock clock_machine = {machine_wall_ms, machine_monotonic_ms, 0, machine_monotonic_ns};

struct clock clock_by_hand(int64_t start_ms)
{
    return (struct clock){.wall_ms = hand_ms, .monotonic_ms = hand_ms, .set_ms = start_ms};
}
