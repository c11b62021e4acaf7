/* SPDX-License-Identifier: Apache-2.0
 *
 * Two ladders for the tests of daemon/alert: one that ends at the police, one at the door. A header
 * alone, as alerts.h is.
 */
#ifndef ANBU_TESTS_UNIT_LADDERS_H
#define ANBU_TESTS_UNIT_LADDERS_H

#include "alerts.h"

static const struct ladder ladders[] = {
    {.name = "urgent",
     .when_taken = TAKEN_STOP,
     .severities = 1u << SEVERITY_CRITICAL | 1u << SEVERITY_HIGH,
     .step_count = 4,
     .steps = {{BY_MESSAGE, LADDER_RESIDENT, 600},
               {BY_PHONE, LADDER_RESIDENT, 900},
               {BY_PHONE, LADDER_CONTACT_PERSON, 1200},
               {BY_POLICE, LADDER_POLICE, 1800}}},
    {.name = "usual",
     .when_taken = TAKEN_GO_ON,
     .after_s = 3600,
     .step_count = 2,
     .steps = {{BY_MESSAGE, LADDER_RESIDENT, 1800}, {BY_VISIT, LADDER_COMMUNITY_OFFICER, 86400}}},
};

static inline struct alert_rules ladders_rules(void)
{
    struct alert_rules rules = alerts_rules;
    rules.ladders = ladders;
    rules.ladder_count = sizeof ladders / sizeof ladders[0];
    return rules;
}

#endif
