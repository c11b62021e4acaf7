/* SPDX-License-Identifier: Apache-2.0
 *
 * What a home draws in a quarter of an hour, from who is there and what they do.
 */
#ifndef ANBU_TOWN_USE_H
#define ANBU_TOWN_USE_H

#include "town/home.h"

struct use {
    double wh, litres, gas_litres;
};

struct use use_tick(struct home *home, const struct moment *moment, const struct presence *presence,
                    unsigned tick, bool dark);

#endif
