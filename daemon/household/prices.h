/* SPDX-License-Identifier: Apache-2.0
 *
 * The prices that a partition's homes are or were judged by at one moment, for people: taken from
 * the bytes of its census as they are stored. Any thread, over a copy of its own.
 */
#ifndef ANBU_HOUSEHOLD_PRICES_H
#define ANBU_HOUSEHOLD_PRICES_H

#include "household/census.h"

/* X(constant, name): whose prices they are. The training's where nothing was counted by then or
 * budget.steer is off, and where what was in force then is no longer kept. */
#define PRICES_OF(X)               \
    X(PRICES_COUNTED, "counted")   \
    X(PRICES_TRAINING, "training") \
    X(PRICES_FORGOTTEN, "forgotten")
#define PRICES_CONSTANT(constant, name) constant,
enum prices_of { PRICES_OF(PRICES_CONSTANT) PRICES_OF_COUNT };
extern const char *const prices_of_names[PRICES_OF_COUNT];

struct prices {
    struct census *census; /* of that moment's snapshot alone; NULL: the training's */
    enum prices_of of;
    int32_t snapshot; /* its number; 0 none */
};

/* `counts`: as census_write made them, no bytes or damaged: none. */
void prices_at(struct prices *out, struct text counts, bool steered, int64_t at_ms);
void prices_done(struct prices *prices);

/* {"of","snapshot"|null,"since"|null} */
void prices_show(const struct prices *prices, struct buffer *json);

#endif
