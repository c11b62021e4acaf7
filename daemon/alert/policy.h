/* SPDX-License-Identifier: Apache-2.0
 *
 * What of a household's context makes a finding graver (docs/alerts.md, "Severity"). One table, for
 * the rule and for whoever explains it. Pure; const, any thread.
 */
#ifndef ANBU_ALERT_POLICY_H
#define ANBU_ALERT_POLICY_H

#include "alert/lifecycle.h"

/* Each factor that holds raises the grade by one; together by no more than this. */
#define POLICY_RAISE_MAX 2

struct policy_factor {
    const char *name;
    const char *help;
    bool (*holds)(const struct finding *finding);
};
extern const struct policy_factor policy_factors[];
extern const size_t policy_factor_count;

#endif
