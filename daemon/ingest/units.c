/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/units.h"

#define POWERS 19

static const int64_t power_of_ten[POWERS] = {
    INT64_C(1),
    INT64_C(10),
    INT64_C(100),
    INT64_C(1000),
    INT64_C(10000),
    INT64_C(100000),
    INT64_C(1000000),
    INT64_C(10000000),
    INT64_C(100000000),
    INT64_C(1000000000),
    INT64_C(10000000000),
    INT64_C(100000000000),
    INT64_C(1000000000000),
    INT64_C(10000000000000),
    INT64_C(100000000000000),
    INT64_C(1000000000000000),
    INT64_C(10000000000000000),
    INT64_C(100000000000000000),
    INT64_C(1000000000000000000),
};

/* Cubic foot: 28.316846592 L; US liquid gallon: 3.785411784 L; both exact by definition. */
static const struct unit units[] = {
    {{"kWh", 3}, MEASURE_ENERGY, 1, 6},
    {{"Wh", 2}, MEASURE_ENERGY, 1, 3},
    {{"MWh", 3}, MEASURE_ENERGY, 1, 9},
    {{"L", 1}, MEASURE_VOLUME, 1, 3},
    {{"m3", 2}, MEASURE_VOLUME, 1, 6},
    {{"ft3", 3}, MEASURE_VOLUME, INT64_C(28316846592), -6},
    {{"gal", 3}, MEASURE_VOLUME, INT64_C(3785411784), -6},
};

const struct unit *unit_find(struct text name, enum utility utility)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        /* Gas is sold by volume and by energy. */
        if (text_equal(name, units[i].name) &&
            (utility == UTILITY_GAS || units[i].measure == unit_usual(utility)))
            return &units[i];
    }
    return NULL;
}

enum measure unit_usual(enum utility utility)
{
    return utility == UTILITY_ELECTRICITY ? MEASURE_ENERGY : MEASURE_VOLUME;
}

static __int128 divide_half_away(__int128 value, int64_t by)
{
    __int128 whole;
    if (value >= INT64_MIN && value <= INT64_MAX) /* the usual case: one machine division */
        whole = (int64_t)value / by;
    else
        whole = value / by;
    __int128 rest = value - whole * by;
    if (2 * rest >= by)
        return whole + 1;
    return 2 * rest <= -by ? whole - 1 : whole;
}

bool decimal_scale(struct decimal number, int64_t factor, int32_t exponent, int64_t *out)
{
    __int128 value = (__int128)number.digits * factor;
    int64_t tens = (int64_t)number.exponent + exponent;

    if (value == 0) {
        *out = 0;
        return true;
    }
    if (tens >= POWERS || (tens > 0 && (value > MILLI_MAX || value < -MILLI_MAX)))
        return false;
    /* Cutting digits off before the last division cannot move a half. */
    for (; tens <= -POWERS && value != 0; tens += POWERS - 1)
        value /= power_of_ten[POWERS - 1];
    if (tens > 0)
        value *= power_of_ten[tens];
    else if (tens < 0 && value != 0)
        value = divide_half_away(value, power_of_ten[-tens]);
    if (value > MILLI_MAX || value < -MILLI_MAX)
        return false;
    *out = (int64_t)value;
    return true;
}

bool decimal_whole(struct decimal number, int64_t low, int64_t high, int64_t *out)
{
    int64_t value = number.digits;
    int32_t tens = number.exponent;

    for (; tens < 0 && value != 0; tens++) {
        if (value % 10 != 0)
            return false;
        value /= 10;
    }
    for (; tens > 0 && value != 0; tens--) {
        if (__builtin_mul_overflow(value, 10, &value))
            return false;
    }
    if (value < low || value > high)
        return false;
    *out = value;
    return true;
}

double decimal_double(struct decimal number)
{
    double value = (double)number.digits;
    int32_t tens = number.exponent;

    for (; tens > 0 && value != 0; tens -= tens < POWERS ? tens : POWERS - 1)
        value *= (double)power_of_ten[tens < POWERS ? tens : POWERS - 1];
    for (; tens < 0 && value != 0; tens += tens > -POWERS ? -tens : POWERS - 1)
        value /= (double)power_of_ten[tens > -POWERS ? -tens : POWERS - 1];
    return value;
}
