/* SPDX-License-Identifier: Apache-2.0
 *
 * Arithmetic that gives the same bits on every machine: libm's log differs by the last bit between
 * C libraries. Pure; any thread.
 */
#ifndef ANBU_DETECTORS_NUM_H
#define ANBU_DETECTORS_NUM_H

#include <stdint.h>

/* Natural logarithm of x > 0 (normal numbers), to about 1e-13. Series of atanh, Abramowitz and
 * Stegun 4.1.27. */
double num_log(double x);

/* e to the x for |x| <= 700, to about 1e-13. */
double num_exp(double x);

/* 0 <= result < limit, the same for the same two numbers: for rounding that is fair on average and
 * still repeatable (splitmix64, Steele, Lea and Flood 2014). */
uint32_t num_dice(uint64_t a, uint64_t b, uint32_t limit);

/* The curve (grid[i], value[i]) at x, straight between, flat outside. */
double num_between(double x, const double *grid, const double *value, int points);

#endif
