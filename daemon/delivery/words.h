/* SPDX-License-Identifier: Apache-2.0
 *
 * How a language says what an event holds: the words of the vocabularies, times, and the sentence
 * of a reason, composed from its evidence. A file a language. Constant data and pure functions.
 */
#ifndef ANBU_DELIVERY_WORDS_H
#define ANBU_DELIVERY_WORDS_H

#include <jansson.h>

#include "alert/incident.h"
#include "base/zone.h"
#include "config/template.h"

/* X(constant, type of the event behind "anbu.") */
#define HAPPENINGS(X)                              \
    X(HAPPENED_RAISED, "alert.raised")             \
    X(HAPPENED_UPDATED, "alert.updated")           \
    X(HAPPENED_ACKNOWLEDGED, "alert.acknowledged") \
    X(HAPPENED_CONTACTED, "alert.contacted")       \
    X(HAPPENED_CLEARED, "alert.cleared")           \
    X(HAPPENED_RESOLVED, "alert.resolved")         \
    X(HAPPENED_ESCALATED, "alert.escalated")       \
    X(HAPPENED_REOPENED, "alert.reopened")         \
    X(HAPPENED_REFERRED, "alert.referred")         \
    X(HAPPENED_ACCEPTED, "alert.accepted")         \
    X(HAPPENED_DECLINED, "alert.declined")         \
    X(HAPPENED_OPENED, "incident.opened")          \
    X(HAPPENED_CLOSED, "incident.closed")          \
    X(HAPPENED_TEST, "test")
enum happening { HAPPENINGS(VOCABULARY_CONSTANT) HAPPENING_COUNT };
extern const char *const happening_names[HAPPENING_COUNT];

/* A local moment: the date and "HH:MM". */
struct moment {
    int month, day, weekday; /* 0 Monday */
    const char *clock;
};

struct words {
    const char *happenings[HAPPENING_COUNT], *other; /* other: an event that is none of these */
    const char *severities[SEVERITY_COUNT], *teams[TEAM_COUNT], *outcomes[OUTCOME_COUNT];
    const char *sender; /* of messages, unless the sink names one */
    void (*moment)(const struct moment *moment, struct buffer *out);
    /* One sentence with its full stop; `since`: as moment() says it, "" when not known. False: it
     * has no words for that detector, and *out is as it was. */
    bool (*reason)(const json_t *reason, const char *since, struct buffer *out);
    void (*homes)(enum incident_kind kind, long long some, long long all, struct buffer *out);
};

extern const struct words words_en, words_ko;
const struct words *words_in(enum language language);

/* What words of reasons are made from. */
double words_term(const json_t *reason, const char *name); /* NAN: not there */

#endif
