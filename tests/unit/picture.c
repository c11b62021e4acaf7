/* SPDX-License-Identifier: Apache-2.0 */
#include "picture.h"

#include <stdlib.h>
#include <string.h>

static int by_line(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void picture_add(struct buffer *out, const char *title, char **lines, size_t count)
{
    if (count)
        qsort(lines, count, sizeof *lines, by_line);
    buffer_format(out, "== %s\n", title);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(lines[i], lines[i - 1]) != 0)
            buffer_format(out, "%s\n", lines[i]);
    for (size_t i = 0; i < count; i++)
        free(lines[i]);
    free(lines);
}

bool picture_same(const struct buffer *quiet, const struct buffer *now, struct buffer *how)
{
    size_t at = 0, line = 0;
    while (at < quiet->bytes && at < now->bytes && quiet->at[at] == now->at[at]) {
        if (quiet->at[at] == '\n')
            line = at + 1;
        at++;
    }
    if (at == quiet->bytes && at == now->bytes)
        return true;
    buffer_format(how, "quiet: %.*s\n  now: %.*s", (int)strcspn(quiet->at + line, "\n"),
                  quiet->at + line, (int)strcspn(now->at + line, "\n"), now->at + line);
    return false;
}
