/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of maps whose keys are rows of a table: the walk, an item's defaults, one key of it.
 */
#include <stdio.h>
#include <string.h>

#include "config/internal.h"
#include "config/suggest.h"

#define NAMES_MAX 32

static enum err set(const struct option *row, struct text from, void *block, struct fault *fault)
{
    struct value value = {0};
    enum err err = value_parse(row, from, &value, fault);
    if (!err)
        value_store(row, &value, block);
    explicit_bzero(&value, sizeof value); /* it may be a secret */
    return err;
}

void rows_default(const struct rows *rows, void *block)
{
    struct fault fault;
    for (size_t i = 0; i < rows->count; i++)
        (void)set(&rows->at[i], text_of(rows->at[i].initial), block, &fault);
}

size_t rows_load(struct load *load, const struct rows *rows, const struct tree *node,
                 const char *shown, void *block)
{
    const char *names[NAMES_MAX];
    char hint[SUGGEST_TEXT_MAX];
    struct place place = place_of(node, shown), key = place_of_key(node, shown);
    struct fault fault;
    size_t row = 0, known = 0;
    while (row < rows->count && !text_is(node->key, rows->at[row].name))
        row++;
    for (size_t i = 0; i < rows->count && known < NAMES_MAX; i++)
        names[known++] = rows->at[i].name;
    for (size_t i = 0; rows->others && rows->others[i] && known < NAMES_MAX; i++)
        names[known++] = rows->others[i];
    if (row == rows->count)
        load_problem(load, &key, "no such key of %s%s", rows->what,
                     suggest_text(node->key, names, known, hint));
    else if (load_expect(load, node, TREE_SCALAR, shown) &&
             set(&rows->at[row], node->empty ? TEXT("") : node->text, block, &fault))
        load_problem(load, &place, "%s", fault.text);
    return row;
}

bool items_next(struct items *walk, const struct tree *list)
{
    if (!walk->number && !load_expect(walk->load, list, TREE_LIST, walk->shown))
        return false;
    walk->item = walk->number ? walk->item->next : list->first;
    for (; walk->item; walk->item = walk->item->next) {
        (void)snprintf(walk->prefix, sizeof walk->prefix, "%.60s[%zu]", walk->shown,
                       ++walk->number);
        walk->place = place_of(walk->item, walk->prefix);
        walk->problems = walk->load->problems.count;
        walk->key = NULL;
        if (walk->number > walk->max) {
            load_problem(walk->load, &walk->place, "there are more than %zu %s", walk->max,
                         walk->what);
            return false;
        }
        if (load_expect(walk->load, walk->item, TREE_MAP, walk->prefix))
            return true;
    }
    return false;
}

const struct tree *items_key(struct items *walk)
{
    do
        walk->key = walk->key ? walk->key->next : walk->item->first;
    while (walk->key && walk->key->kind == TREE_BROKEN);
    if (walk->key)
        (void)name_join(walk->key_shown, walk->prefix, walk->key->key);
    return walk->key;
}

bool items_good(const struct items *walk)
{
    return walk->load->problems.count == walk->problems;
}

bool rows_name_good(const char *name, size_t bytes_max)
{
    size_t n = strlen(name);
    return n > 0 && n <= bytes_max && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

/* "22:00"; -1: none. 24:00 is the end of a day. */
static int minute_of(const char *at)
{
    for (size_t i = 0; i < 5; i++)
        if (i == 2 ? at[i] != ':' : at[i] < '0' || at[i] > '9')
            return -1;
    int hour = (at[0] - '0') * 10 + at[1] - '0', minute = (at[3] - '0') * 10 + at[4] - '0';
    return hour > 24 || minute > 59 || hour * 60 + minute > 24 * 60 ? -1 : hour * 60 + minute;
}

bool rows_hours_parse(const char *hours, int *from_min, int *to_min)
{
    *from_min = *to_min = 0;
    if (!hours[0])
        return true;
    if (strlen(hours) != 11 || hours[5] != '-')
        return false;
    *from_min = minute_of(hours);
    *to_min = minute_of(hours + 6);
    return *from_min >= 0 && *to_min >= 0 && *from_min < 24 * 60 && *from_min != *to_min;
}
