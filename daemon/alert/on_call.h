/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is called when an alert needs somebody of its desk: rosters name accounts or a desk's team,
 * and what they name is held against the accounts of this moment. Pure; a staff is its reader's.
 */
#ifndef ANBU_ALERT_ON_CALL_H
#define ANBU_ALERT_ON_CALL_H

#include "base/err.h"
#include "config/roster.h"

#define ON_CALL_PERSONS_MAX 16 /* of a team; further ones are on duty all the same */

/* An account, as far as calling goes. */
struct staff_person {
    char name[ROSTER_WHO_BYTES];
    int team;   /* enum team; negative: of any */
    bool works; /* on alerts, by its role */
    bool disabled;
    char *areas; /* owned; commas between; "" all */
};
/* All accounts. Zero-initialise. */
struct staff {
    struct staff_person *at;
    size_t count;
};
void staff_add(struct staff *staff, const struct staff_person *person); /* areas are copied */
void staff_done(struct staff *staff);
/* From the store; where accounts are kept is not this stage's to know. */
struct store;
typedef enum err staff_read_fn(struct store *store, struct staff *out, struct fault *fault);

/* X(constant, word, what a person reads): why nobody can be called by a name of a roster. */
#define ON_CALL_FLAWS(X)                                                          \
    X(ON_CALL_GOOD, "", "")                                                       \
    X(ON_CALL_UNKNOWN, "unknown", "is no account")                                \
    X(ON_CALL_DISABLED, "disabled", "is disabled")                                \
    X(ON_CALL_ELSEWHERE, "other_desk", "works on no alert of this roster's desk") \
    X(ON_CALL_NOBODY, "nobody", "has nobody who is enabled and works in its areas")
#define ON_CALL_FLAWS_CONSTANT(constant, word, said) constant,
enum on_call_flaw { ON_CALL_FLAWS(ON_CALL_FLAWS_CONSTANT) ON_CALL_FLAW_COUNT };
extern const char *const on_call_flaw_words[ON_CALL_FLAW_COUNT];
extern const char *const on_call_flaw_helps[ON_CALL_FLAW_COUNT];

struct on_call {
    char who[ROSTER_WHO_BYTES];  /* account or team; "" nobody */
    char then[ROSTER_WHO_BYTES]; /* the next; "" nobody */
    size_t person_count;
    char persons[ON_CALL_PERSONS_MAX][ROSTER_WHO_BYTES]; /* of who, when that is a team */
};

/* Of a desk and area (of an alert) at a moment: the first two of its rosters' names by whom
 * somebody can be called. Where none is, or no account is known (staff NULL or empty), as the first
 * roster says: a pager may know the name. */
void on_call_find(const struct config *config, const struct staff *staff, enum team desk,
                  const char *area, int64_t at_s, struct on_call *out);

/* Whether a name of a roster is good for its desk and areas; then out, unless NULL, has its
 * persons. */
enum on_call_flaw on_call_check(const struct staff *staff, const struct roster *roster,
                                const char *who, struct on_call *out);

#endif
