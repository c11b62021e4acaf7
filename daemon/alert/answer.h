/* SPDX-License-Identifier: Apache-2.0
 *
 * What somebody answered to an automatic message: the resident, or the contact person about them.
 * One table: sinks, the API, the snapshot and docs/alerts.md use the names.
 */
#ifndef ANBU_ALERT_ANSWER_H
#define ANBU_ALERT_ANSWER_H

#include "detectors/vocabulary.h"

/* X(constant, name, how it stands in the history: the result of a contact) */
#define ALERT_ANSWERS(X)                              \
    X(ANSWER_FINE, "fine", RESULT_REACHED_SAFE)       \
    X(ANSWER_HELP, "help", RESULT_REACHED_NEEDS_HELP) \
    X(ANSWER_WRONG_PERSON, "wrong_person", RESULT_WRONG_NUMBER)
#define ALERT_ANSWERS_CONSTANT(constant, name, result) constant,
enum alert_answer { ALERT_ANSWERS(ALERT_ANSWERS_CONSTANT) ALERT_ANSWER_COUNT };
extern const char *const alert_answer_names[ALERT_ANSWER_COUNT];

#endif
