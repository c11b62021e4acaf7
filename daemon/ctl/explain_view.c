/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/explain_view.h"

#include <string.h>

#include "ctl/alerts_view.h"
#include "ctl/reason_view.h"
#include "ctl/table.h"
#include "detectors/detector.h"
#include "household/prices.h"

/* NULL: of another version of Anbu. */
static const struct term *term_of(const char *detector, const char *name)
{
    for (size_t i = 0; i < detector_count; i++)
        for (size_t t = 0;
             strcmp(detectors[i]->name, detector) == 0 && t < detectors[i]->term_count; t++)
            if (strcmp(detectors[i]->terms[t].name, name) == 0)
                return &detectors[i]->terms[t];
    return NULL;
}

static void show_terms(const struct screen *screen, const char *detector, json_t *terms,
                       struct buffer *out)
{
    struct table table;
    const char *name;
    json_t *value;
    size_t rows = 0;
    table_init(&table, screen, NULL, 4);
    table.right[1] = true;
    json_object_foreach(terms, name, value)
    {
        const struct term *term = term_of(detector, name);
        struct buffer number = {0};
        if (!json_is_number(value))
            continue;
        rows++;
        buffer_format(&number, "%.10g", json_number_value(value));
        table_cell(&table, PAINT_BOLD, name);
        table_cell(&table, PAINT_NONE, number.at);
        table_cell(&table, PAINT_NONE, term && term->unit ? term->unit : "");
        table_cell(&table, PAINT_NONE, term ? term->text : "");
        buffer_done(&number);
    }
    if (rows > 0)
        table_write(&table, 2, out);
    table_done(&table);
}

static void show_title(const struct screen *screen, const json_t *one, struct buffer *out)
{
    struct buffer text = {0}, plain = {0};
    buffer_text(&text, view_text(one, "detector"));
    if (view_text(one, "grade")[0]) /* a reason of an alert */
        buffer_format(&text, ": %s, score %.4g", view_text(one, "grade"),
                      json_number_value(json_object_get(one, "score")));
    else
        buffer_text(&text, json_is_true(json_object_get(one, "on")) ? ": on" : ": off");
    if (view_text(one, "since")[0]) {
        buffer_text(&text, ", since ");
        screen_time(view_text(one, "since"), &text);
    }
    screen_plain(screen, buffer_view(&text), false, &plain);
    buffer_text(out, "\n");
    screen_paint(screen, PAINT_BOLD, buffer_view(&plain).at, out);
    buffer_text(out, "\n");
    buffer_clear(&plain);
    screen_plain(screen, text_of(view_text(one, "summary")), false, &plain);
    if (plain.bytes)
        buffer_format(out, "  %s\n", plain.at);
    buffer_clear(&text);
    buffer_clear(&plain);
    reason_view_severity(one, &text);
    screen_plain(screen, buffer_view(&text), false, &plain);
    if (plain.bytes)
        buffer_format(out, "  %s\n", plain.at);
    buffer_done(&text);
    buffer_done(&plain);
}

/* Of a moment that is past: what it was worked out from, and what could not be. */
static void show_moment(const json_t *body, struct buffer *out)
{
    const json_t *messages = json_object_get(body, "messages");
    const char *since = view_text(body, "since");
    buffer_text(out, ", as it was at ");
    screen_time(view_text(body, "at"), out);
    if (view_text(body, "alert")[0])
        buffer_format(out, ", when %.*s was raised", ALERT_ID_SHOWN, view_text(body, "alert"));
    buffer_text(out, "\nWorked out anew by today's configuration");
    if (json_is_integer(messages)) {
        buffer_format(out, " from %lld messages, the first of ",
                      (long long)json_integer_value(messages));
        screen_time(view_text(body, "from"), out);
    }
    if (json_is_false(json_object_get(body, "reproduced")))
        buffer_text(out, "\nNot raised here: its price of that week was another, or the "
                         "configuration");
    if (!since[0])
        return;
    buffer_text(out, "\nWhat came before ");
    screen_time(since, out);
    buffer_text(out, " is no longer there: what was learnt from it is missing in these numbers");
}

/* What an alert cost: by how other homes of the partition live. */
static void show_prices(const json_t *prices, struct buffer *out)
{
    const char *of = view_text(prices, "of"), *since = view_text(prices, "since");
    if (strcmp(of, prices_of_names[PRICES_COUNTED]) == 0)
        buffer_format(out, "\nPrices: as homes here were counted up to %.10s", since);
    else if (strcmp(of, prices_of_names[PRICES_TRAINING]) == 0)
        buffer_text(out, "\nPrices: the training's (nothing was counted by then, or budget.steer "
                         "is off)");
    else if (strcmp(of, prices_of_names[PRICES_FORGOTTEN]) == 0)
        buffer_text(out, "\nPrices: the training's, for those in force then are no longer kept");
}

/* Its head-end has stopped: silence of these meters says nothing. */
static void show_blind(const struct screen *screen, const json_t *body, struct buffer *out)
{
    const json_t *list = json_object_get(body, "non_reporting"), *one;
    struct buffer text = {0}, plain = {0};
    size_t i;
    json_array_foreach(list, i, one)
    {
        buffer_clear(&text);
        buffer_clear(&plain);
        buffer_format(&text, "Blind: %s does not report since ", view_text(one, "group"));
        screen_time(view_text(one, "from"), &text);
        buffer_text(&text, " (UTC)");
        screen_plain(screen, buffer_view(&text), false, &plain);
        screen_paint(screen, PAINT_RED, buffer_view(&plain).at, out);
        buffer_text(out, "\n");
    }
    buffer_done(&text);
    buffer_done(&plain);
}

void explain_view(const struct screen *screen, const json_t *body, int64_t now_ms,
                  struct buffer *out)
{
    bool is_alert = json_is_array(json_object_get(body, "reasons"));
    const json_t *list = json_object_get(body, is_alert ? "reasons" : "detectors");
    struct buffer text = {0};
    if (is_alert)
        buffer_format(&text, "%.*s (%s): %s, %s, for the %s", ALERT_ID_SHOWN,
                      view_text(body, "alert"), view_text(body, "household"),
                      view_text(body, "severity"), view_text(body, "state"),
                      view_text(body, "team"));
    else
        buffer_format(&text, "Household %s", view_text(body, "household"));
    if (!is_alert && view_time(view_text(body, "at"), &now_ms))
        show_moment(body, &text);
    else if (!is_alert)
        buffer_text(&text, ", as it is now");
    show_prices(json_object_get(body, "prices"), &text);
    buffer_text(&text, "\nLast sign of life: ");
    if (!view_ago(view_text(body, "last_sign_of_life"), now_ms, &text))
        buffer_text(&text, "none known");
    screen_plain(screen, buffer_view(&text), true, out);
    buffer_text(out, "\n");
    show_blind(screen, body, out);
    const json_t *now = NULL; /* a household's hours are the same for each detector */
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        const json_t *evidence = json_object_get(one, "evidence");
        show_title(screen, one, out);
        if (!json_is_object(evidence))
            buffer_text(out, "  its numbers were not kept\n");
        show_terms(screen, view_text(one, "detector"), json_object_get(evidence, "terms"), out);
        if (is_alert)
            reason_view_evidence(screen, evidence, out);
        else if (json_array_size(json_object_get(evidence, "hours")) > 0)
            now = evidence;
    }
    if (now) {
        buffer_text(out, "\n");
        screen_paint(screen, PAINT_BOLD, "its use", out);
        buffer_text(out, "\n");
        reason_view_evidence(screen, now, out);
    }
    buffer_done(&text);
}
