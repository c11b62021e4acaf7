/* SPDX-License-Identifier: Apache-2.0
 *
 * The register of declared absences: who said that nobody will be at home, from when to when, why;
 * a document of the shelf "absence" a household, forgotten 60 days after the last one's end. What
 * counts for detectors is the household's record, to which the same is told by Kafka's household
 * topic, without the words. On the API's thread.
 */
#ifndef ANBU_CONSOLE_ABSENCE_H
#define ANBU_CONSOLE_ABSENCE_H

#include "alert/alert.h"
#include "base/zone.h"
#include "store/store.h"

#define ABSENCE_MAX        16  /* of a household; the oldest make room */
#define ABSENCE_REASON_MAX 300 /* bytes */
#define ABSENCE_KEPT_DAYS  60

struct absence {
    int64_t from_s, to_s, at_s, ended_s; /* at: declared; ended: before its time, 0 no */
    char reason[ABSENCE_REASON_MAX + 1];
    char by[ALERT_WHO_MAX], ended_by[ALERT_WHO_MAX];
};

struct absence_register {
    size_t count;
    int64_t version;                /* in the store */
    struct absence at[ABSENCE_MAX]; /* as they were declared */
};

/* An empty one when there is none. */
NODISCARD enum err absence_load(struct store *store, const char *household,
                                struct absence_register *out, struct fault *fault);
/* Over the version that was loaded; ERR_CONFLICT: somebody was faster. */
NODISCARD enum err absence_save(struct store *store, const char *household,
                                struct absence_register *absences, int64_t now_s,
                                struct fault *fault);
/* The same absence declared again takes the place of the first. */
void absence_add(struct absence_register *absences, const struct absence *absence);
/* The one that is or will be, the latest declared; NULL: none. */
struct absence *absence_standing(struct absence_register *absences, int64_t now_s);

/* [{"from","to","reason","by","at","ended","ended_by"}], the latest declared first; reason null
 * unless it is for who asks. */
void absence_show(const struct absence_register *absences, const struct zone *zone,
                  bool with_reason, struct buffer *json);
/* What the household's record is told. */
void absence_message(const char *household, const char *id, int64_t at_s, int64_t from_s,
                     int64_t to_s, const struct zone *zone, struct buffer *json);

#endif
