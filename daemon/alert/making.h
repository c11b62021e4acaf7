/* SPDX-License-Identifier: Apache-2.0
 *
 * The state machine's inside: a step in the making, and what its handlers share. For the files
 * behind lifecycle.h alone; everybody else calls lifecycle_apply.
 */
#ifndef ANBU_ALERT_MAKING_H
#define ANBU_ALERT_MAKING_H

#include "alert/lifecycle.h"

struct making {
    const struct alert *before; /* NULL: the finding raises */
    const struct change *change;
    const struct alert_rules *rules;
    struct step *step; /* its alert starts as a copy of before */
    struct fault *fault;
};

bool making_is_blank(const char *text);
/* "2026-01-16 09:30" in the household's zone; with the word UTC when that is not known. */
const char *making_time(const struct alert *alert, int64_t at_ms, char out[TIME_TEXT_MAX]);
bool making_is_step(const struct alert_step *step, enum alert_step_kind kind);

/* What is possible instead, as a refusal. */
NODISCARD enum err making_refuse_owned(const struct making *making, const char *way_out);
NODISCARD enum err making_refuse_closed(const struct making *making);
NODISCARD enum err referral_refuse_waiting(const struct making *making);

/* Adds to the history and names the event. note may be NULL or blank. */
void making_record(struct making *making, enum alert_step_kind kind, const char *who, int64_t at_ms,
                   const char *note);
void making_record_person(struct making *making, enum alert_step_kind kind);
/* The same of what Anbu notes, now or at the finding's moment; words: a person's, NULL or blank for
 * none. */
void making_note(struct making *making, enum alert_step_kind kind, const char *who,
                 const struct noted *noted, const char *words);
/* Of the finding, with a sentence of its own. */
void making_note_finding(struct making *making, enum alert_step_kind kind, const char *sentence,
                         const struct noted *noted);

/* Handlers with a file of their own. */
NODISCARD enum err contact_apply(struct making *making);
NODISCARD enum err answer_apply(struct making *making);
NODISCARD enum err referral_refer(struct making *making);
NODISCARD enum err referral_accept(struct making *making);
NODISCARD enum err referral_decline(struct making *making);
NODISCARD enum err referral_not_accepted(struct making *making);
NODISCARD enum err referral_escalate(struct making *making);
NODISCARD enum err set_back_apply(struct making *making);
/* Open on the police's desk, for the reason (a note with NOTED_LIFE, which is set here). */
void referral_to_police(struct making *making, struct noted *why, const char *words);

/* Neither owned nor waiting for a team's answer. */
void making_leave_owner(struct alert *alert);
/* No area incident holds it back. */
void making_leave_hold(struct alert *alert);
/* Nobody has it; its escalation begins anew. */
void making_open_for_all(struct alert *alert);

#endif
