/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery/words.h"

/* The detector's own sentence is English. */
static bool reason_en(const json_t *reason, const char *since, struct buffer *out)
{
    const char *summary = json_string_value(json_object_get(reason, "summary"));
    struct text sentence = text_without_stop(text_of(summary ? summary : ""));
    (void)since;
    if (!sentence.bytes)
        return false;
    buffer_add(out, sentence.at, sentence.bytes);
    buffer_text(out, ".");
    return true;
}

static void moment_en(const struct moment *moment, struct buffer *out)
{
    static const char *const days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    buffer_format(out, "%s %d %s %s", days[moment->weekday], moment->day, months[moment->month - 1],
                  moment->clock);
}

static void homes_en(enum incident_kind kind, long long some, long long all, struct buffer *out)
{
    static const char *const what[INCIDENT_KIND_COUNT] = {
        [INCIDENT_DARK] = "homes without electricity",
        [INCIDENT_SILENT] = "of the usual signs of life seen",
        [INCIDENT_UNREPORTED] = "meters that do not report",
    };
    buffer_format(out, "%lld of %lld %s", some, all, what[kind]);
}

const struct words words_en = {
    .happenings = {[HAPPENED_RAISED] = "New alert",
                   [HAPPENED_UPDATED] = "News of an alert",
                   [HAPPENED_ACKNOWLEDGED] = "Taken in hand",
                   [HAPPENED_CONTACTED] = "Somebody was tried",
                   [HAPPENED_CLEARED] = "Cleared by itself",
                   [HAPPENED_RESOLVED] = "Closed",
                   [HAPPENED_ESCALATED] = "Escalated",
                   [HAPPENED_REOPENED] = "Open again",
                   [HAPPENED_REFERRED] = "Referred",
                   [HAPPENED_ACCEPTED] = "Referral accepted",
                   [HAPPENED_DECLINED] = "Referral came back",
                   [HAPPENED_OPENED] = "Area incident",
                   [HAPPENED_CLOSED] = "Area incident over",
                   [HAPPENED_TEST] = "Anbu: a test, no alert"},
    .other = "News",
    .severities = {[SEVERITY_LOW] = "low",
                   [SEVERITY_MEDIUM] = "medium",
                   [SEVERITY_HIGH] = "high",
                   [SEVERITY_CRITICAL] = "critical"},
    .teams = {[TEAM_POLICE] = "police", [TEAM_WELFARE] = "welfare"},
    .outcomes = {[OUTCOME_SAFE] = "safe",
                 [OUTCOME_HELPED] = "helped",
                 [OUTCOME_REFERRED_ONWARD] = "referred onward",
                 [OUTCOME_HOSPITAL] = "hospital",
                 [OUTCOME_DECEASED] = "deceased",
                 [OUTCOME_MOVED] = "moved",
                 [OUTCOME_ABSENCE] = "away",
                 [OUTCOME_METER_FAULT] = "meter fault",
                 [OUTCOME_LEAK] = "leak",
                 [OUTCOME_OTHER] = "other"},
    .sender = "Your welfare office",
    .moment = moment_en,
    .reason = reason_en,
    .homes = homes_en,
};
