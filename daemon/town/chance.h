/* SPDX-License-Identifier: Apache-2.0
 *
 * Counter-based chance: every draw is a pure function of (key, purpose, index), so that home k
 * lives the same life whatever the number of homes, and a changed leak rate moves nobody's bedtime.
 * The bits are splitmix64's output function (Steele, Lea, Flood: "Fast splittable pseudorandom
 * number generators") over a Weyl step for the purpose and one for the index. Only + - * / on
 * doubles, no libm: the same bits on every machine.
 */
#ifndef ANBU_TOWN_CHANCE_H
#define ANBU_TOWN_CHANCE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* What a draw is for. The order is part of the output: add at the end. */
enum purpose {
    PURPOSE_KEY,
    PURPOSE_KIND,
    PURPOSE_CHARACTER,
    PURPOSE_EQUIPMENT,
    PURPOSE_FLAGS,
    PURPOSE_WAKE,
    PURPOSE_BED,
    PURPOSE_WORK,
    PURPOSE_LEAVE,
    PURPOSE_BACK,
    PURPOSE_ERRAND,
    PURPOSE_EVENING,
    PURPOSE_SHOWER,
    PURPOSE_TOILET,
    PURPOSE_TAP,
    PURPOSE_MEAL,
    PURPOSE_TV,
    PURPOSE_KETTLE,
    PURPOSE_LAUNDRY,
    PURPOSE_CAR,
    PURPOSE_NOISE,
    PURPOSE_HEATING,
    PURPOSE_CLOUDS,
    PURPOSE_TRIP,
    PURPOSE_DECLARED,
    PURPOSE_MOVE,
    PURPOSE_COLLAPSE,
    PURPOSE_LEAK,
    PURPOSE_BURST,
    PURPOSE_REPORT,
    PURPOSE_SUPPORT,
    PURPOSE_METER,
    PURPOSE_DISTURBANCE,
    PURPOSE_DUPLICATE,
    PURPOSE_CORRECTION,
    PURPOSE_EXCHANGE,
    PURPOSE_DELAY,
    PURPOSE_PAYER,
    PURPOSE_PAYMENT,
    PURPOSE_RECOVERY,
    PURPOSE_WEATHER,
    PURPOSE_COLD_WAVE,
    PURPOSE_OUTAGE,
    PURPOSE_HEATING_OFF,
    PURPOSE_DIRECTORY,
};

static inline uint64_t chance_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static inline uint64_t chance_bits(uint64_t key, enum purpose purpose, int64_t index)
{
    return chance_mix(key + ((uint64_t)purpose + 1) * 0xd1342543de82ef95u +
                      (uint64_t)index * 0x9e3779b97f4a7c15u);
}

/* The key of a part (person, meter, feeder) of whatever owns `key`. */
static inline uint64_t chance_key(uint64_t key, uint64_t part)
{
    return chance_mix(chance_mix(key ^ 0x6a09e667f3bcc909u) + part * 0xda942042e4dd58b5u);
}

/* In [0, 1). */
static inline double chance_unit(uint64_t key, enum purpose purpose, int64_t index)
{
    return (double)(chance_bits(key, purpose, index) >> 11) * 0x1p-53;
}

static inline bool chance_is(uint64_t key, enum purpose purpose, int64_t index, double probability)
{
    return chance_unit(key, purpose, index) < probability;
}

static inline double chance_between(uint64_t key, enum purpose purpose, int64_t index, double low,
                                    double high)
{
    return low + (high - low) * chance_unit(key, purpose, index);
}

/* About normal, mean 0, deviation 1, never beyond 3.5: four uniform numbers added up. */
static inline double chance_bell(uint64_t key, enum purpose purpose, int64_t index)
{
    uint64_t bits = chance_bits(key, purpose, index);
    double sum = (double)(bits & 0xffff) + (double)(bits >> 16 & 0xffff) +
                 (double)(bits >> 32 & 0xffff) + (double)(bits >> 48);
    return (sum / 65536.0 - 2.0) / 0.57735;
}

/* -ln(u) for u in (0, 1], within 1e-3: exponent and a polynomial for the mantissa. */
static inline double chance_minus_log(double u)
{
    uint64_t bits;
    memcpy(&bits, &u, sizeof bits);
    double exponent = (double)((int64_t)(bits >> 52) - 1023);
    bits = (bits & 0xfffffffffffffu) | 0x3ff0000000000000u;
    double m;
    memcpy(&m, &bits, sizeof m);
    double s = (m - 1.0) / (m + 1.0), s2 = s * s;
    return -(exponent * 0.6931471805599453 + 2.0 * s * (1.0 + s2 * (1.0 / 3.0 + s2 * 0.2)));
}

/* Exponential with this mean: how long until something happens, how long it lasts. */
static inline double chance_wait(uint64_t key, enum purpose purpose, int64_t index, double mean)
{
    return mean * chance_minus_log(1.0 - chance_unit(key, purpose, index));
}

#endif
