/* SPDX-License-Identifier: Apache-2.0
 *
 * Time is injected: nothing but clock.c reads the machine's clock. Any thread.
 */
#ifndef ANBU_BASE_CLOCK_H
#define ANBU_BASE_CLOCK_H

#include <stdint.h>

/* A clock: the machine's, or one that a test or replay sets. */
struct clock {
    int64_t (*wall_ms)(const struct clock *clock);      /* since 1970, UTC */
    int64_t (*monotonic_ms)(const struct clock *clock); /* for waits; never steps */
    int64_t set_ms;                                     /* of a clock that is set by hand */
    /* For how long something took; NULL: no finer than monotonic_ms. */
    int64_t (*monotonic_ns)(const struct clock *clock);
};

extern const struct clock clock_machine;

/* A clock that stands where set_ms says. */
struct clock clock_by_hand(int64_t start_ms);

static inline int64_t clock_wall_ms(const struct clock *clock)
{
    return clock->wall_ms(clock);
}

static inline int64_t clock_monotonic_ms(const struct clock *clock)
{
    return clock->monotonic_ms(clock);
}

static inline int64_t clock_monotonic_ns(const struct clock *clock)
{
    return clock->monotonic_ns ? clock->monotonic_ns(clock) : clock->monotonic_ms(clock) * 1000000;
}

#endif
