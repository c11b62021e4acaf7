/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/alerts_view.h"

#include <stdio.h>
#include <string.h>

#include "base/zone.h"
#include "ctl/reason_view.h"
#include "ctl/table.h"
#include "detectors/vocabulary.h"

#define LABEL_COLUMNS 20

const char *view_text(const json_t *object, const char *member)
{
    const char *text = json_string_value(json_object_get(object, member));
    return text ? text : "";
}

void view_words(const char *name, struct buffer *out)
{
    for (; *name; name++)
        buffer_add(out, *name == '_' ? " " : name, 1);
}

bool view_time(const char *rfc3339, int64_t *out_ms)
{
    bool has_offset;
    return time_parse(text_of(rfc3339), out_ms, &has_offset) == ERR_OK;
}

bool view_ago(const char *rfc3339, int64_t now_ms, struct buffer *out)
{
    int64_t at_ms;
    if (!view_time(rfc3339, &at_ms))
        return false;
    screen_time(rfc3339, out);
    buffer_text(out, ", ");
    screen_duration((at_ms > now_ms ? at_ms - now_ms : now_ms - at_ms) / 1000, out);
    buffer_text(out, at_ms > now_ms ? " ahead" : " ago");
    return true;
}

enum paint view_severity_paint(const char *severity)
{
    static const enum paint paints[SEVERITY_COUNT] = {
        [SEVERITY_MEDIUM] = PAINT_YELLOW,
        [SEVERITY_HIGH] = PAINT_RED,
        [SEVERITY_CRITICAL] = PAINT_RED,
    };
    for (int i = 0; i < SEVERITY_COUNT; i++)
        if (strcmp(severity, severity_names[i]) == 0)
            return paints[i];
    return PAINT_NONE;
}

static int severity_of(const json_t *object, const char *member)
{
    for (int i = 0; i < SEVERITY_COUNT; i++)
        if (strcmp(view_text(object, member), severity_names[i]) == 0)
            return i;
    return -1;
}

/* In lists sentences have no full stop, whoever wrote them. */
static void summary_add(const json_t *reason, struct buffer *out)
{
    struct text summary = text_without_stop(text_of(view_text(reason, "summary")));
    buffer_add(out, summary.at, summary.bytes);
}

void view_sentence(const json_t *alert, struct buffer *out)
{
    const json_t *reasons = json_object_get(alert, "reasons");
    const json_t *best = json_array_get(reasons, 0);
    size_t active = 0;
    for (size_t i = 0; i < json_array_size(reasons); i++) {
        const json_t *reason = json_array_get(reasons, i);
        if (!json_is_true(json_object_get(reason, "active")))
            continue;
        if (active++ == 0 || severity_of(reason, "grade") > severity_of(best, "grade"))
            best = reason;
    }
    summary_add(best, out);
    if (active > 1)
        buffer_format(out, " (+%zu more)", active - 1);
}

void view_list_time(const char *rfc3339, int64_t now_ms, struct buffer *out)
{
    char year[8];
    struct buffer whole = {0};
    (void)snprintf(year, sizeof year, "%04d-", civil_of(now_ms / 1000).year % 10000);
    screen_time(rfc3339, &whole);
    const char *text = buffer_view(&whole).at;
    buffer_text(out, strncmp(text, year, 5) == 0 ? text + 5 : text);
    buffer_done(&whole);
}

void view_holder(const json_t *alert, int64_t now_ms, bool in_list, struct buffer *out)
{
    const char *state = view_text(alert, "state"), *expires = view_text(alert, "expires");
    int64_t since_ms;
    if (view_text(alert, "owner")[0]) {
        buffer_text(out, view_text(alert, "owner"));
        if (expires[0]) {
            buffer_text(out, " until ");
            if (in_list)
                view_list_time(expires, now_ms, out);
            else
                screen_time(expires, out);
        }
    } else if (strcmp(state, "resolved") == 0) {
        view_words(view_text(alert, "outcome"), out);
    } else if ((strcmp(state, "open") == 0 || strcmp(state, "referred") == 0) &&
               view_time(view_text(alert, "waits_since"), &since_ms)) {
        buffer_text(out, "waits ");
        screen_duration((now_ms > since_ms ? now_ms - since_ms : 0) / 1000, out);
    }
}

void view_step(const json_t *step, struct buffer *out)
{
    const char *channel = view_text(step, "channel"), *whom = view_text(step, "whom");
    buffer_text(out, channel);
    if (strcmp(channel, whom) == 0)
        return;
    buffer_text(out, " ");
    view_words(whom, out);
}

/* What is to be done next: the step that is on. */
static void step_add(const json_t *alert, struct buffer *out)
{
    const json_t *ladder = json_object_get(alert, "ladder");
    if (!ladder)
        return;
    view_step(ladder, out);
}

/* "welfare", or "police (welfare)" for one of theirs that is on the police's desk. */
static void team_add(const json_t *alert, struct buffer *out)
{
    const char *team = view_text(alert, "team"), *desk = view_text(alert, "desk");
    bool away = desk[0] && strcmp(desk, team) != 0;
    buffer_text(out, away ? desk : team);
    if (away)
        buffer_format(out, " (%s)", team);
}

static void list_cells(struct table *table, const json_t *alert, bool whose, int64_t now_ms)
{
    struct buffer text = {0};
    enum paint paint = view_severity_paint(view_text(alert, "severity"));
    buffer_format(&text, "%.*s", ALERT_ID_SHOWN, view_text(alert, "alert"));
    table_cell(table, PAINT_BOLD, text.at);
    table_cell(table, paint, view_text(alert, "severity"));
    table_cell(table, PAINT_NONE, view_text(alert, "state"));
    buffer_clear(&text);
    team_add(alert, &text);
    table_cell(table, PAINT_NONE, text.at);
    if (whose) {
        table_cell(table, PAINT_NONE, view_text(alert, "household"));
        table_cell(table, PAINT_NONE, view_text(alert, "area"));
    }
    buffer_clear(&text);
    view_list_time(view_text(alert, "raised"), now_ms, &text);
    table_cell(table, PAINT_NONE, text.at);
    buffer_clear(&text);
    view_holder(alert, now_ms, true, &text);
    if (json_object_get(alert, "ladder"))
        buffer_text(&text, text.bytes ? "; " : "");
    step_add(alert, &text);
    table_cell(table, PAINT_NONE, buffer_view(&text).at);
    buffer_clear(&text);
    view_sentence(alert, &text);
    table_cell(table, PAINT_NONE, text.at);
    buffer_done(&text);
}

void alerts_view_unreadable(const json_t *list, struct buffer *out)
{
    long long count = (long long)json_integer_value(json_object_get(list, "unreadable"));
    if (count)
        buffer_format(out,
                      "%lld more cannot be read and do not escalate: tell whoever runs Anbu, "
                      "anbud's log names them\n",
                      count);
}

void alerts_view_list(const struct screen *screen, const json_t *list, int64_t now_ms,
                      struct buffer *out)
{
    static const char *const heads[] = {"ID",   "SEVERITY", "STATE",         "TEAM",  "HOUSEHOLD",
                                        "AREA", "RAISED",   "OWNER/OUTCOME", "REASON"};
    const json_t *alerts = json_object_get(list, "alerts");
    struct table table;
    alerts_view_unreadable(list, out);
    if (json_array_size(alerts) == 0) {
        buffer_text(out, "no such alerts\n");
        return;
    }
    table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < json_array_size(alerts); i++)
        list_cells(&table, json_array_get(alerts, i), true, now_ms);
    table_write(&table, 0, out);
    table_done(&table);
    if (json_is_true(json_object_get(list, "more")))
        buffer_format(out, "%zu of %lld shown; --limit or a filter shows others\n",
                      json_array_size(alerts),
                      (long long)json_integer_value(json_object_get(list, "total")));
}

void alerts_view_of_household(const struct screen *screen, const json_t *alerts, int64_t now_ms,
                              struct buffer *out)
{
    static const char *const heads[] = {"ID",     "SEVERITY",      "STATE", "TEAM",
                                        "RAISED", "OWNER/OUTCOME", "REASON"};
    struct table table;
    if (json_array_size(alerts) == 0)
        return;
    table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < json_array_size(alerts); i++)
        list_cells(&table, json_array_get(alerts, i), false, now_ms);
    table_write(&table, 2, out);
    table_done(&table);
}

/* ---- one alert ---- */

static void line(const struct screen *screen, const char *label, const struct buffer *value,
                 struct buffer *out)
{
    if (value->bytes == 0)
        return;
    buffer_format(out, "%-*s", LABEL_COLUMNS, label);
    screen_plain(screen, buffer_view(value), false, out);
    buffer_text(out, "\n");
}

static void show_head(const struct screen *screen, const json_t *alert, struct buffer *out)
{
    struct buffer text = {0}, plain = {0};
    screen_plain(screen, text_of(view_text(alert, "severity")), false, &plain);
    screen_paint(screen, view_severity_paint(view_text(alert, "severity")), buffer_view(&plain).at,
                 out);
    buffer_format(&text, " alert %s for the %s", view_text(alert, "alert"),
                  view_text(alert, "team"));
    screen_plain(screen, buffer_view(&text), false, out);
    buffer_clear(&text);
    buffer_clear(&plain);
    view_sentence(alert, &text);
    screen_plain(screen, buffer_view(&text), false, &plain);
    buffer_text(out, "\n\n  ");
    screen_paint(screen, PAINT_BOLD, buffer_view(&plain).at, out);
    buffer_text(out, "\n\n");
    buffer_done(&text);
    buffer_done(&plain);
}

/* The step that is on, of how many, and when the one behind it is due. */
static void next_add(const json_t *alert, struct buffer *out)
{
    const json_t *ladder = json_object_get(alert, "ladder");
    const json_t *steps = json_object_get(ladder, "steps");
    size_t step = (size_t)json_integer_value(json_object_get(ladder, "step"));
    if (!ladder)
        return;
    step_add(alert, out);
    buffer_format(out, ", step %zu", step);
    if (steps)
        buffer_format(out, " of %zu", json_array_size(steps));
    buffer_format(out, " of %s, since ", view_text(ladder, "name"));
    screen_time(view_text(ladder, "since"), out);
    if (!view_text(ladder, "until")[0])
        return;
    const json_t *then = json_array_get(steps, step);
    buffer_text(out, "; at ");
    screen_time(view_text(ladder, "until"), out);
    buffer_text(out, then ? " " : " the next one");
    view_step(then, out);
}

static void show_facts(const struct screen *screen, const json_t *alert, int64_t now_ms,
                       struct buffer *out)
{
    struct buffer text = {0};
    buffer_text(&text, view_text(alert, "household"));
    if (view_text(alert, "area")[0])
        buffer_format(&text, ", area %s", view_text(alert, "area"));
    line(screen, "Household", &text, out);
    buffer_clear(&text);
    buffer_text(&text, view_text(alert, "state"));
    size_t bytes = text.bytes;
    buffer_text(&text, view_text(alert, "owner")[0] ? " by " : ", ");
    size_t joined = text.bytes;
    view_holder(alert, now_ms, false, &text);
    if (text.bytes == joined) {
        text.bytes = bytes;
        text.at[bytes] = '\0';
    }
    line(screen, "State", &text, out);
    buffer_clear(&text);
    buffer_text(&text, view_text(alert, "desk"));
    if (view_text(alert, "accept_by")[0]) {
        buffer_format(&text, ", from the %s; to be answered by ",
                      view_text(alert, "referred_from"));
        screen_time(view_text(alert, "accept_by"), &text);
    }
    line(screen, "Desk", &text, out);
    buffer_clear(&text);
    next_add(alert, &text);
    line(screen, "Next", &text, out);
    buffer_clear(&text);
    const json_t *also = json_object_get(alert, "also");
    if (also)
        buffer_format(&text, "alert %.*s, %s, with the %s", ALERT_ID_SHOWN, view_text(also, "id"),
                      view_text(also, "state"), view_text(also, "desk"));
    line(screen, "Also", &text, out);
    buffer_clear(&text);
    (void)view_ago(view_text(alert, "raised"), now_ms, &text);
    line(screen, "Raised", &text, out);
    buffer_clear(&text);
    if (!view_ago(view_text(alert, "last_sign_of_life"), now_ms, &text))
        buffer_text(&text, "none known");
    line(screen, "Last sign of life", &text, out);
    buffer_clear(&text);
    long long escalations = (long long)json_integer_value(json_object_get(alert, "escalations"));
    if (escalations > 0)
        buffer_format(&text, escalations == 1 ? "once" : "%lld times", escalations);
    if (escalations > 0)
        buffer_text(&text, ", because nobody acknowledged in time");
    line(screen, "Escalated", &text, out);
    buffer_clear(&text);
    const json_t *on_call = json_object_get(alert, "on_call");
    buffer_text(&text, view_text(on_call, "who"));
    const json_t *persons = json_object_get(on_call, "persons");
    for (size_t i = 0; i < json_array_size(persons); i++)
        buffer_format(&text, "%s%s", i ? ", " : " (",
                      json_string_value(json_array_get(persons, i)));
    buffer_text(&text, json_array_size(persons) ? ")" : "");
    if (view_text(on_call, "then")[0])
        buffer_format(&text, ", then %s", view_text(on_call, "then"));
    line(screen, "On call", &text, out);
    buffer_clear(&text);
    buffer_text(&text, view_text(alert, "timezone")[0] ? view_text(alert, "timezone") : "UTC");
    line(screen, "Times are in", &text, out);
    buffer_done(&text);
}

static void show_reasons(const struct screen *screen, const json_t *alert, struct buffer *out)
{
    static const char *const heads[] = {"DETECTOR", "UTILITY", "SINCE", "SCORE", "", "SUMMARY"};
    const json_t *reasons = json_object_get(alert, "reasons");
    struct table table;
    table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
    table.right[3] = true;
    for (size_t i = 0; i < json_array_size(reasons); i++) {
        const json_t *reason = json_array_get(reasons, i);
        struct buffer text = {0};
        table_cell(&table, PAINT_NONE, view_text(reason, "detector"));
        table_cell(&table, PAINT_NONE, view_text(reason, "utility"));
        screen_time(view_text(reason, "since"), &text);
        table_cell(&table, PAINT_NONE, text.at);
        buffer_clear(&text);
        buffer_format(&text, "%.1f", json_number_value(json_object_get(reason, "score")));
        table_cell(&table, PAINT_NONE, text.at);
        buffer_clear(&text);
        buffer_text(&text, json_is_true(json_object_get(reason, "active")) ? "holds" : "ended ");
        if (view_text(reason, "ended")[0])
            screen_time(view_text(reason, "ended"), &text);
        table_cell(&table, PAINT_NONE, text.at);
        buffer_clear(&text);
        summary_add(reason, &text);
        table_cell(&table, PAINT_NONE, buffer_view(&text).at);
        buffer_done(&text);
    }
    buffer_text(out, "\nReasons\n");
    table_write(&table, 2, out);
    table_done(&table);
}

/* How grave each is, and why. */
static void show_severities(const struct screen *screen, const json_t *alert, struct buffer *out)
{
    const json_t *reasons = json_object_get(alert, "reasons");
    struct buffer text = {0};
    int gravest = -1;
    for (size_t i = 0; i < json_array_size(reasons); i++) {
        const json_t *reason = json_array_get(reasons, i);
        if (!view_text(reason, "severity")[0])
            continue;
        if (json_is_true(json_object_get(reason, "active")) &&
            severity_of(reason, "severity") > gravest)
            gravest = severity_of(reason, "severity");
        buffer_format(&text, "  %s: ", view_text(reason, "detector"));
        reason_view_severity(reason, &text);
        buffer_text(&text, "\n");
    }
    if (gravest >= 0 && severity_of(alert, "severity") > gravest)
        buffer_format(&text, "  it was %s before, and falls only when a reason ends\n",
                      view_text(alert, "severity"));
    buffer_text(out, text.bytes ? "\nSeverity\n" : "");
    screen_plain(screen, buffer_view(&text), true, out);
    buffer_done(&text);
}

/* Of the reason that has looked at the latest hour: they are hours of one home. */
static void show_evidence(const struct screen *screen, const json_t *alert, struct buffer *out)
{
    const json_t *reasons = json_object_get(alert, "reasons"), *latest = NULL;
    int64_t latest_ms = 0, until_ms;
    for (size_t i = 0; i < json_array_size(reasons); i++) {
        const json_t *evidence = json_object_get(json_array_get(reasons, i), "evidence");
        if (view_time(view_text(evidence, "until"), &until_ms) && until_ms > latest_ms) {
            latest = evidence;
            latest_ms = until_ms;
        }
    }
    if (!latest)
        return;
    buffer_text(out, "\nEvidence\n");
    reason_view_evidence(screen, latest, out);
}

/* Notes may have lines; each stands under the first. */
static void note_add(const struct screen *screen, const char *note, struct buffer *out)
{
    struct buffer plain = {0};
    screen_plain(screen, text_of(note), true, &plain);
    for (const char *at = buffer_view(&plain).at; *at;) {
        size_t bytes = strcspn(at, "\n");
        buffer_format(out, "      %.*s\n", (int)bytes, at);
        at += bytes + (at[bytes] == '\n');
    }
    buffer_done(&plain);
}

static void contact_add(const json_t *contact, struct buffer *out)
{
    if (!contact)
        return;
    buffer_format(out, ": %s, ", view_text(contact, "channel"));
    view_words(view_text(contact, "whom"), out);
    buffer_text(out, ": ");
    view_words(view_text(contact, "result"), out);
}

static void show_history(const struct screen *screen, const json_t *alert, struct buffer *out)
{
    const json_t *steps = json_object_get(alert, "steps");
    buffer_text(out, "\nHistory\n");
    for (size_t i = 0; i < json_array_size(steps); i++) {
        const json_t *step = json_array_get(steps, i);
        struct buffer text = {0};
        screen_time(view_text(step, "at"), &text);
        buffer_text(&text, "  ");
        view_words(view_text(step, "what"), &text);
        buffer_format(&text, " by %s", view_text(step, "who"));
        contact_add(json_object_get(step, "contact"), &text);
        if (view_text(step, "channel")[0]) {
            buffer_text(&text, ": ");
            view_step(step, &text);
        }
        buffer_text(out, "  ");
        screen_plain(screen, buffer_view(&text), false, out);
        buffer_text(out, "\n");
        note_add(screen, view_text(step, "note"), out);
        buffer_done(&text);
    }
}

void alerts_view_show(const struct screen *screen, const json_t *alert, int64_t now_ms,
                      struct buffer *out)
{
    show_head(screen, alert, out);
    show_facts(screen, alert, now_ms, out);
    show_reasons(screen, alert, out);
    show_severities(screen, alert, out);
    show_evidence(screen, alert, out);
    show_history(screen, alert, out);
}
