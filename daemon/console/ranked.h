/* SPDX-License-Identifier: Apache-2.0
 *
 * The first so many alerts of an order, of however many are offered. On the API's thread.
 */
#ifndef ANBU_CONSOLE_RANKED_H
#define ANBU_CONSOLE_RANKED_H

#include "alert/alert.h"
#include "base/text.h"

/* Where an alert stands; what the order does not ask for is 0. */
struct ranked_place {
    int rank;
    int64_t due_ms, raised_s;
    char id[ALERT_ID_MAX];
};
struct ranked_row {
    struct ranked_place place;
    struct buffer shown; /* the alert's JSON */
};
/* Of two struct ranked_row, as for qsort. */
typedef int ranked_order_fn(const void *a, const void *b);

struct ranked {
    ranked_order_fn *order;
    struct ranked_row *rows; /* [limit * 2]; NULL: not begun */
    size_t limit, count;
};

void ranked_begin(struct ranked *ranked, ranked_order_fn *order, size_t limit);
void ranked_add(struct ranked *ranked, const struct ranked_row *row); /* takes `shown` over */
/* Once all are in: the rows are in order, `limit` at most. */
void ranked_settle(struct ranked *ranked);
void ranked_put(const struct ranked *ranked, struct buffer *out); /* the items of a JSON array */
void ranked_done(struct ranked *ranked);                          /* not begun is fine */

#endif
