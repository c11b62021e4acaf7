/* SPDX-License-Identifier: Apache-2.0
 *
 * One attempt to reach somebody about an alert: how, whom, and what came of it. One table each: the
 * API, anbuctl, the snapshot and docs/alerts.md use the names.
 */
#ifndef ANBU_ALERT_CONTACT_H
#define ANBU_ALERT_CONTACT_H

#include <stdbool.h>

#include "detectors/vocabulary.h"

/* X(constant, name) */
#define CONTACT_CHANNELS(X)       \
    X(CHANNEL_MESSAGE, "message") \
    X(CHANNEL_CALL, "call")       \
    X(CHANNEL_VISIT, "visit")
enum contact_channel { CONTACT_CHANNELS(VOCABULARY_CONSTANT) CONTACT_CHANNEL_COUNT };
extern const char *const contact_channel_names[CONTACT_CHANNEL_COUNT];

#define CONTACT_WHOM(X)                      \
    X(WHOM_RESIDENT, "resident")             \
    X(WHOM_CONTACT_PERSON, "contact_person") \
    X(WHOM_NEIGHBOUR, "neighbour")           \
    X(WHOM_VOLUNTEER, "volunteer")           \
    X(WHOM_OFFICER, "officer") /* on the spot */
enum contact_whom { CONTACT_WHOM(VOCABULARY_CONSTANT) CONTACT_WHOM_COUNT };
extern const char *const contact_whom_names[CONTACT_WHOM_COUNT];

/* cannot_locate: nobody of that name at the address, and nobody knows where. */
#define CONTACT_RESULTS(X)                             \
    X(RESULT_REACHED_SAFE, "reached_safe")             \
    X(RESULT_REACHED_NEEDS_HELP, "reached_needs_help") \
    X(RESULT_NO_ANSWER, "no_answer")                   \
    X(RESULT_WRONG_NUMBER, "wrong_number")             \
    X(RESULT_VACANT, "vacant")                         \
    X(RESULT_CANNOT_LOCATE, "cannot_locate")
enum contact_result { CONTACT_RESULTS(VOCABULARY_CONSTANT) CONTACT_RESULT_COUNT };
extern const char *const contact_result_names[CONTACT_RESULT_COUNT];

struct contact {
    enum contact_channel channel;
    enum contact_whom whom;
    enum contact_result result; /* each its _COUNT: not said */
};

struct alert;
/* The outcome that the latest attempt on a live alert suggests, which a person may follow or not;
 * NULL: none. */
const char *contact_suggests(const struct alert *alert);
/* The latest attempt since it last closed found that help is needed: no meter's word ends that. */
bool contact_needs_help(const struct alert *alert);

#endif
