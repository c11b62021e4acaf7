/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/policy.h"

#define DAY_S        86400
#define REPORT_DAYS  14
#define SUPPORT_DAYS 30

static bool has(const struct finding *finding, enum profile_flag flag)
{
    return finding->flags >> flag & 1;
}

/* Later than the finding counts too: a late reading does not make us forget what we know. */
static bool within_days(const struct finding *finding, int64_t then_s, int days)
{
    return then_s != 0 && then_s >= finding->at_s - (int64_t)days * DAY_S;
}

static bool medical(const struct finding *finding)
{
    return has(finding, FLAG_MEDICAL);
}

static bool old_and_alone(const struct finding *finding)
{
    return has(finding, FLAG_LIVES_ALONE) &&
           (has(finding, FLAG_AGED_65_PLUS) || has(finding, FLAG_AGED_80_PLUS));
}

static bool reported(const struct finding *finding)
{
    return within_days(finding, finding->report_s, REPORT_DAYS);
}

static bool in_season(const struct finding *finding)
{
    return finding->in_season;
}

static bool cold_wave(const struct finding *finding)
{
    return finding->cold_wave;
}

static bool support_ended(const struct finding *finding)
{
    return within_days(finding, finding->support_ended_s, SUPPORT_DAYS);
}

const struct policy_factor policy_factors[] = {
    {"medical", "flag medical: equipment or illness at home", medical},
    {"old_and_alone", "flag lives_alone together with aged_65_plus or aged_80_plus", old_and_alone},
    {"report", "a report by a person in the last 14 days", reported},
    {"season", "a season of the configuration is in force", in_season},
    {"cold_wave", "a cold wave is declared for the area", cold_wave},
    {"support_ended", "support ended in the last 30 days", support_ended},
};
const size_t policy_factor_count = sizeof policy_factors / sizeof policy_factors[0];

enum severity policy_severity(const struct finding *finding)
{
    /* Money and slow decline are worked in office hours: context does not make them a matter of
     * minutes, only their own evidence does. */
    enum severity cap = finding->detector->team == TEAM_WELFARE ? SEVERITY_HIGH : SEVERITY_CRITICAL;
    enum severity grade = finding->verdict.grade;
    if (grade >= cap)
        return grade;
    unsigned raise = 0;
    for (size_t i = 0; i < policy_factor_count; i++)
        raise += policy_factors[i].holds(finding);
    if (raise > POLICY_RAISE_MAX)
        raise = POLICY_RAISE_MAX;
    unsigned severity = (unsigned)grade + raise;
    return severity > cap ? cap : (enum severity)severity;
}
