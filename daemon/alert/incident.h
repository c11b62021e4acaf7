/* SPDX-License-Identifier: Apache-2.0
 *
 * An area incident: the homes of one feeder or area fell dark or silent together
 * (docs/decisions/0012-area-incidents.md). When one opens and closes, how it is stored and told.
 * Pure; who counts and stores is daemon/areas.c.
 */
#ifndef ANBU_ALERT_INCIDENT_H
#define ANBU_ALERT_INCIDENT_H

#include "alert/alert.h"
#include "store/store.h"

/* X(constant, word) */
#define INCIDENT_KINDS(X)        \
    X(INCIDENT_DARK, "dark")     \
    X(INCIDENT_SILENT, "silent") \
    X(INCIDENT_UNREPORTED, "non_reporting")
enum incident_kind { INCIDENT_KINDS(VOCABULARY_CONSTANT) INCIDENT_KIND_COUNT };
extern const char *const incident_kind_names[INCIDENT_KIND_COUNT];

/* From config. */
struct incident_rules {
    int64_t homes_min;
    double share;
    int64_t grace_s, hold_max_s;
    int64_t window_hours; /* that `silent` looks back over */
};

struct incident {
    char id[ALERT_ID_MAX];
    char group[STORE_GROUP_MAX];
    enum incident_kind kind;
    int64_t version;              /* 0: there is none */
    int32_t from_hour, last_hour; /* event time: the first and the latest that showed it */
    int32_t end_hour;             /* the first that showed the opposite; 0: open */
    int64_t opened_ms, closed_ms; /* wall clock; closed_ms 0: open */
    int64_t held_until_ms;        /* alerts of the group are not held longer */
    struct store_area_sums sums;  /* of last_hour, or its window; of end_hour once closed */
};

enum incident_change { INCIDENT_SAME, INCIDENT_OPENED, INCIDENT_GOES_ON, INCIDENT_CLOSED };

/* Whether these sums, of an hour or of a part of it, show that it is dark. */
bool incident_is_dark(const struct incident_rules *rules, const struct store_area_sums *sums);

/* What homes expect of themselves is too much for weeks in hours in which most are asleep: it is
 * scaled by what came of it in the same window of a day before. Too little known of that: nothing
 * is expected. Worth asking only where it may change something (incident_may_be_silent). */
bool incident_may_be_silent(const struct incident *incident, const struct incident_rules *rules,
                            const struct store_area_sums *window);
void incident_scale(const struct incident_rules *rules, const struct store_area_sums *before,
                    struct store_area_sums *window);

/* An hour of the group has come to this: *incident becomes what it is now. */
enum incident_change incident_count(struct incident *incident, const struct incident_rules *rules,
                                    const char *group, int32_t hour,
                                    const struct store_area_total *total, int64_t now_ms);

/* The same of a group's reports in an hour of arrivals: of sums.metered meters that usually do,
 * sums.dark have not reported in the window. It holds no alert. */
enum incident_change incident_report(struct incident *incident, const struct incident_rules *rules,
                                     const char *group, int32_t hour,
                                     const struct store_area_sums *sums, int64_t now_ms);

/* It was opened or closed by a clock that was ahead, by more than the slack: it holds no longer
 * than it would have. False: it was not. */
bool incident_set_back(struct incident *incident, int64_t now_ms, int64_t slack_ms);

/* Reports are counted by utility: "water.area:<name>". */
bool incident_is_of_reports(const char *group);

/* "area:<name>" or "feeder:<name>". False: the name is empty or too long to be counted. */
NODISCARD bool incident_group(const char *kind, struct text name, char out[STORE_GROUP_MAX]);

/* The stored text: the same members as the event's data. */
void incident_write(const struct incident *incident, struct buffer *out);
NODISCARD enum err incident_read(struct text json, struct incident *out, struct fault *fault);

/* The CloudEvent; what: "opened" or "closed". */
void incident_event(const struct incident *incident, const char *what, struct buffer *out);

#endif
