/* SPDX-License-Identifier: Apache-2.0
 *
 * Alerts as a duty officer wants to read them, from the API's JSON. Pure: now_ms is given.
 */
#ifndef ANBU_CTL_ALERTS_VIEW_H
#define ANBU_CTL_ALERTS_VIEW_H

#include <jansson.h>

#include "alert/alert.h"
#include "ctl/screen.h"

/* {"alerts":[...],"total","more"} as columns; one line says so when there are none. */
void alerts_view_list(const struct screen *screen, const json_t *list, int64_t now_ms,
                      struct buffer *out);
/* How many more there are that nobody can read; nothing when there are none. */
void alerts_view_unreadable(const json_t *list, struct buffer *out);
/* One alert: sentence, severity, state, owner, reasons, last sign of life, history. */
void alerts_view_show(const struct screen *screen, const json_t *alert, int64_t now_ms,
                      struct buffer *out);
/* The columns without what the household's own page says already; nothing when there are none. */
void alerts_view_of_household(const struct screen *screen, const json_t *alerts, int64_t now_ms,
                              struct buffer *out);

/* A member's text, or "". */
const char *view_text(const json_t *object, const char *member);
/* The text with blanks for underscores. */
void view_words(const char *name, struct buffer *out);
/* How, and whom, of a ladder's step: "phone contact person", "police". */
void view_step(const json_t *step, struct buffer *out);
/* An RFC 3339 text as a moment; false: it is none. */
bool view_time(const char *rfc3339, int64_t *out_ms);
/* "2026-01-15 21:00, 10 h 5 min ago" of an RFC 3339 text; false and nothing when it is none. */
bool view_ago(const char *rfc3339, int64_t now_ms, struct buffer *out);
/* In lists the year goes without saying when it is this one. */
void view_list_time(const char *rfc3339, int64_t now_ms, struct buffer *out);
enum paint view_severity_paint(const char *severity);
/* The sentence of an alert's gravest reason that still holds, else of the first. */
void view_sentence(const json_t *alert, struct buffer *out);
/* Who has it until when, how long it has waited, or how it ended. */
void view_holder(const json_t *alert, int64_t now_ms, bool in_list, struct buffer *out);

#endif
