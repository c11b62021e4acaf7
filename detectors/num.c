/* SPDX-License-Identifier: Apache-2.0 */
#include "detectors/num.h"

#include <string.h>

#define LN2 0.693147180559945309417

double num_log(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int exponent = (int)(bits >> 52 & 0x7ff) - 1023;
    bits = (bits & 0xfffffffffffffull) | 0x3ff0000000000000ull;
    double mantissa;
    memcpy(&mantissa, &bits, sizeof mantissa);
    if (mantissa > 1.41421356237309505) {
        mantissa *= 0.5;
        exponent++;
    }
    double s = (mantissa - 1.0) / (mantissa + 1.0), s2 = s * s, sum = 0.0;
    for (int k = 17; k >= 1; k -= 2)
        sum = sum * s2 + 1.0 / k;
    return 2.0 * s * sum + exponent * LN2;
}

double num_exp(double x)
{
    int halvings = (int)(x / LN2 + (x < 0 ? -0.5 : 0.5));
    double rest = x - halvings * LN2, sum = 1.0;
    for (int k = 14; k >= 1; k--)
        sum = 1.0 + sum * rest / k;
    uint64_t bits = (uint64_t)(halvings + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return sum * power;
}

uint32_t num_dice(uint64_t a, uint64_t b, uint32_t limit)
{
    uint64_t z = a * 0x9e3779b97f4a7c15ull + b + 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    z ^= z >> 31;
    return (uint32_t)(((z >> 32) * limit) >> 32);
}

double num_between(double x, const double *grid, const double *value, int points)
{
    if (x <= grid[0])
        return value[0];
    if (x >= grid[points - 1])
        return value[points - 1];
    int j = 0;
    while (grid[j + 1] < x)
        j++;
    double w = (x - grid[j]) / (grid[j + 1] - grid[j]);
    return value[j] * (1.0 - w) + value[j + 1] * w;
}
