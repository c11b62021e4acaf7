/* SPDX-License-Identifier: Apache-2.0
 *
 * How grave a finding is, and who is told: its own grade, raised by the household's context within
 * limits. Three tables, for the rule and for whoever explains it; docs/alerts.md, "Severity and
 * team", has the same rows (test_policy holds it against them). Pure; const, any thread.
 */
#ifndef ANBU_ALERT_POLICY_H
#define ANBU_ALERT_POLICY_H

#include "alert/lifecycle.h"

/* So many points of context raise the grade by one; all together by no more than RAISE_MAX. */
#define POLICY_POINTS_A_GRADE 2
#define POLICY_RAISE_MAX      2

struct policy_factor {
    const char *name;
    unsigned points;
    const char *said; /* to an officer, of the home */
    const char *help, *why;
    bool (*holds)(const struct finding *finding);
};
extern const struct policy_factor policy_factors[];
extern const size_t policy_factor_count;

/* Where one holds, context raises no further than this; the finding's own grade stands. */
struct policy_limit {
    const char *name;
    enum severity highest;
    const char *said; /* to an officer, of the finding */
    const char *help, *why;
    bool (*holds)(const struct finding *finding);
};
extern const struct policy_limit policy_limits[];
extern const size_t policy_limit_count;

/* Where one holds, the police are told besides the detector's own team. */
struct policy_danger {
    const char *name;
    const char *help, *why;
    bool (*holds)(const struct finding *finding);
};
extern const struct policy_danger policy_dangers[];
extern const size_t policy_danger_count;

/* As alerts keep them, by name; 0: of another version. The factor's bit; 1 + the row of the others.
 */
uint32_t policy_factor_named(const char *name);
uint8_t policy_limit_named(const char *name);
uint8_t policy_danger_named(const char *name);

/* The factors that hold: bit n is policy_factors[n]. */
uint32_t policy_context(const struct finding *finding);

/* How a severity comes about. */
struct policy_judgement {
    enum severity severity;
    uint32_t context; /* as above */
    uint8_t limit;    /* 1 + the row of the limit that kept it lower; 0 none did */
    uint8_t danger;   /* 1 + the row of the danger for which police are told, too; 0 none */
};
struct policy_judgement policy_judge(const struct finding *finding);
enum severity policy_severity(const struct finding *finding);
/* Whether a life may be at risk now although the detector's own team is another. */
bool policy_police_too(const struct finding *finding);

#endif
