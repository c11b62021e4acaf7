/* SPDX-License-Identifier: Apache-2.0 */
#include "console/ranked.h"

#include <stdlib.h>

#include "base/json.h"

void ranked_begin(struct ranked *ranked, ranked_order_fn *order, size_t limit)
{
    *ranked = (struct ranked){
        .order = order, .rows = memory_get(limit * 2 * sizeof *ranked->rows), .limit = limit};
}

/* Lets go of what is behind the limit: memory stays bounded by twice the limit. */
void ranked_settle(struct ranked *ranked)
{
    qsort(ranked->rows, ranked->count, sizeof *ranked->rows, ranked->order);
    while (ranked->count > ranked->limit)
        buffer_done(&ranked->rows[--ranked->count].shown);
}

void ranked_add(struct ranked *ranked, const struct ranked_row *row)
{
    ranked->rows[ranked->count++] = *row;
    if (ranked->count == ranked->limit * 2)
        ranked_settle(ranked);
}

void ranked_put(const struct ranked *ranked, struct buffer *out)
{
    for (size_t i = 0; i < ranked->count; i++) {
        json_put_item(out);
        buffer_add(out, ranked->rows[i].shown.at, ranked->rows[i].shown.bytes);
    }
}

void ranked_done(struct ranked *ranked)
{
    for (size_t i = 0; i < ranked->count; i++)
        buffer_done(&ranked->rows[i].shown);
    free(ranked->rows);
    *ranked = (struct ranked){0};
}
