/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/budget_view.h"

#include <string.h>

#include "ctl/alerts_view.h"
#include "ctl/table.h"
#include "household/budget.h"

#define MOSTLY 50 /* percent */

static const struct said {
    const char *word;
    enum paint paint;
} said[BUDGET_VERDICT_COUNT] = {
    [BUDGET_TOO_FEW] = {"too few to say", PAINT_DIM},
    [BUDGET_TRUE] = {"true", PAINT_GREEN},
    [BUDGET_OVER] = {"over", PAINT_RED},
    [BUDGET_UNDER] = {"under", PAINT_YELLOW},
};

static double number(const json_t *object, const char *member)
{
    return json_number_value(json_object_get(object, member));
}

static void number_cell(struct table *table, double value, int decimals)
{
    struct buffer text = {0};
    buffer_format(&text, "%.*f", decimals, value);
    table_cell(table, PAINT_NONE, text.at);
    buffer_done(&text);
}

static void verdict_cell(struct table *table, const json_t *group)
{
    struct buffer text = {0};
    enum paint paint = PAINT_NONE;
    double wanted = number(group, "wanted");
    for (int i = 0; i < BUDGET_VERDICT_COUNT; i++)
        if (strcmp(view_text(group, "verdict"), budget_verdict_names[i]) == 0) {
            buffer_text(&text, said[i].word);
            paint = said[i].paint;
        }
    if (wanted > 0.0)
        buffer_format(&text, ", %.0f %%",
                      100.0 * (number(group, "priced") + number(group, "others")) / wanted);
    table_cell(table, paint, text.bytes ? text.at : "-");
    buffer_done(&text);
}

/* One number, or from where to where the partitions' go. */
static void factor_cell(struct table *table, const json_t *group)
{
    struct buffer text = {0};
    double least = number(group, "factor_least"), most = number(group, "factor_most");
    buffer_format(&text, "%.2f", number(group, "factor"));
    if (most - least >= 0.01)
        buffer_format(&text, " (%.2f to %.2f)", least, most);
    table_cell(table, PAINT_NONE, text.at);
    buffer_done(&text);
}

static void training_cell(struct table *table, const json_t *group)
{
    struct buffer text = {0};
    double percent = number(group, "training_percent");
    buffer_format(&text, "%.0f %%", percent);
    table_cell(table, percent > MOSTLY ? PAINT_YELLOW : PAINT_NONE, text.at);
    buffer_done(&text);
}

static void row_add(struct table *table, const json_t *group)
{
    double years = number(group, "home_years");
    double yearly = years > 0.0 ? 1.0 / years : 0.0;
    table_cell(table, PAINT_BOLD, view_text(group, "population"));
    number_cell(table, number(group, "budget"), 2);
    number_cell(table, years, 1);
    number_cell(table, number(group, "priced") * yearly, 2);
    number_cell(table, number(group, "others") * yearly, 2);
    verdict_cell(table, group);
    factor_cell(table, group);
    training_cell(table, group);
}

static long long whole(const json_t *object, const char *member)
{
    return (long long)json_integer_value(json_object_get(object, member));
}

static void say_state(const json_t *body, struct buffer *out)
{
    long long counted = whole(body, "counted"), partitions = whole(body, "partitions");
    long long newest = whole(body, "snapshot"), oldest = whole(body, "snapshot_oldest");
    buffer_format(out, "%lld homes; ", whole(body, "homes"));
    if (!json_is_true(json_object_get(body, "steered")))
        buffer_text(out, "budget.steer is off: prices are those of the training\n");
    else if (!newest)
        buffer_text(out, "no week is over yet: prices are those of the training\n");
    else
        buffer_format(out, "prices by snapshot %lld, in force since %.10s%s\n", newest,
                      view_text(body, "since"),
                      oldest < newest ? "; some partitions have older ones" : "");
    if (newest && counted < partitions)
        buffer_format(out, "no snapshot of %lld of %lld partitions yet\n", partitions - counted,
                      partitions);
}

void budget_view(const struct screen *screen, const json_t *body, int64_t now_ms,
                 struct buffer *out)
{
    static const char *const heads[] = {"POPULATION", "BUDGET",     "HOME-YEARS", "PRICED",
                                        "OTHERS",     "IS IT TRUE", "FACTOR",     "TRAINING"};
    const json_t *list = json_object_get(body, "groups");
    struct buffer state = {0};
    struct table table;
    (void)now_ms;
    say_state(body, &state);
    screen_plain(screen, buffer_view(&state), true, out);
    buffer_done(&state);
    if (json_array_size(list) == 0) {
        buffer_text(out, "no home is watched yet\n");
        return;
    }
    buffer_text(out, "\n");
    table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
    for (int column = 1; column <= 4; column++)
        table.right[column] = true;
    for (size_t i = 0; i < json_array_size(list); i++)
        row_add(&table, json_array_get(list, i));
    table_write(&table, 0, out);
    table_done(&table);
    buffer_text(out, "\npriced, others: alerts a home-year in the last weeks, a week a tenth less "
                     "each week\n");
}
