/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/policy.h"

#include <string.h>

#define DAY_S         86400
#define REPORT_DAYS   14
#define SUPPORT_DAYS  30
#define ARREARS_LEAST 2 /* months: the first step of the rule that counts them */

static bool has(const struct finding *finding, enum profile_flag flag)
{
    return finding->flags >> flag & 1;
}

/* Later than the finding counts too: a late reading does not make us forget what we know. */
static bool within_days(const struct finding *finding, int64_t then_s, int days)
{
    return then_s != 0 && then_s >= finding->at_s - (int64_t)days * DAY_S;
}

/* ---- context -------------------------------------------------------------------------------- */

static bool medical(const struct finding *finding)
{
    return has(finding, FLAG_MEDICAL);
}

static bool alone(const struct finding *finding)
{
    return has(finding, FLAG_LIVES_ALONE);
}

static bool old(const struct finding *finding)
{
    return has(finding, FLAG_AGED_65_PLUS) || has(finding, FLAG_AGED_80_PLUS);
}

static bool dependants(const struct finding *finding)
{
    return has(finding, FLAG_CHILDREN) || has(finding, FLAG_DISABILITY);
}

static bool reported(const struct finding *finding)
{
    return within_days(finding, finding->report_s, REPORT_DAYS);
}

static bool arrears(const struct finding *finding)
{
    return finding->detector->detects == DETECTS_USE &&
           (finding->months_unpaid >= ARREARS_LEAST || finding->limited || finding->cut);
}

static bool support_ended(const struct finding *finding)
{
    return within_days(finding, finding->support_ended_s, SUPPORT_DAYS);
}

static bool cold_wave(const struct finding *finding)
{
    return finding->cold_wave;
}

static bool in_season(const struct finding *finding)
{
    return finding->in_season;
}

const struct policy_factor policy_factors[] = {
    {"medical", 2, "medical equipment or illness at home",
     "flag medical: equipment or illness at home", "harm comes sooner", medical},
    {"alone", 1, "lives alone", "flag lives_alone", "nobody else is there to notice", alone},
    {"old", 1, "65 or older", "flag aged_65_plus or aged_80_plus",
     "with alone: the households that the checks of Seoul and KEPCO are for", old},
    {"dependants", 1, "children or disability at home", "flag children or disability",
     "somebody depends on who fell silent", dependants},
    {"report", 2, "a report by a person", "a report by a person in the last 14 days",
     "somebody has already worried (New Taipei's shops, neighbours)", reported},
    {"arrears", 2, "unpaid bills or a limited supply as well",
     "two months unpaid, or a limited or cut supply, together with a finding about use",
     "two kinds of evidence that know nothing of each other", arrears},
    {"support_ended", 1, "support has just ended", "support ended in the last 30 days",
     "the weeks in which a household slides unseen", support_ended},
    {"cold_wave", 2, "a cold wave", "a cold wave is declared for the area",
     "the rule of thumb for cold and heat: one level more at 0 °C or below", cold_wave},
    {"season", 1, "the season", "a season of the configuration is in force",
     "Uijeongbu's focus period, 15 November to 28 February; alone it would make every winter's "
     "alert grave",
     in_season},
};
const size_t policy_factor_count = sizeof policy_factors / sizeof policy_factors[0];

/* ---- limits --------------------------------------------------------------------------------- */

static bool is_welfare(const struct finding *finding)
{
    return finding->detector->team == TEAM_WELFARE && !policy_police_too(finding);
}

static bool is_old_evidence(const struct finding *finding)
{
    return finding->age_s > DAY_S;
}

static bool is_information(const struct finding *finding)
{
    return finding->detector->detects == DETECTS_HABITS;
}

const struct policy_limit policy_limits[] = {
    {"information", SEVERITY_LOW, "a matter of habits", "the finding is of habits",
     "for somebody who knows the household; nothing of it is a danger by itself", is_information},
    {"welfare", SEVERITY_HIGH, "worked in office hours",
     "the welfare team's finding, and no danger of the table below",
     "money and slow decline are worked in office hours: only their own evidence makes them a "
     "matter of minutes",
     is_welfare},
    {"old_evidence", SEVERITY_HIGH, "more than a day old when it came",
     "what was found ended more than 24 hours before it arrived",
     "what is so now is not known: look at newer readings first", is_old_evidence},
};
const size_t policy_limit_count = sizeof policy_limits / sizeof policy_limits[0];

/* ---- who is told ---------------------------------------------------------------------------- */

static bool is_cut(const struct finding *finding, enum utility utility)
{
    return finding->active && finding->detector->detects == DETECTS_SUPPLY &&
           finding->cut >> utility & 1;
}

static bool powerless(const struct finding *finding)
{
    return is_cut(finding, UTILITY_ELECTRICITY) && medical(finding);
}

static bool unheated(const struct finding *finding)
{
    return (is_cut(finding, UTILITY_ELECTRICITY) || is_cut(finding, UTILITY_GAS)) &&
           cold_wave(finding);
}

const struct policy_danger policy_dangers[] = {
    {"powerless", "electricity is cut off, and flag medical", "equipment at home may stop",
     powerless},
    {"unheated", "electricity or gas is cut off during a cold wave", "a home without heat",
     unheated},
};
const size_t policy_danger_count = sizeof policy_dangers / sizeof policy_dangers[0];

/* 1 + its row; 0: none holds. */
static uint8_t danger_of(const struct finding *finding)
{
    if (finding->detector->team == TEAM_POLICE)
        return 0;
    for (size_t i = 0; i < policy_danger_count; i++)
        if (policy_dangers[i].holds(finding))
            return (uint8_t)(i + 1);
    return 0;
}

bool policy_police_too(const struct finding *finding)
{
    return danger_of(finding) != 0;
}

/* ---- by name -------------------------------------------------------------------------------- */

uint32_t policy_factor_named(const char *name)
{
    for (size_t i = 0; i < policy_factor_count; i++)
        if (strcmp(policy_factors[i].name, name) == 0)
            return 1u << i;
    return 0;
}

uint8_t policy_limit_named(const char *name)
{
    for (size_t i = 0; i < policy_limit_count; i++)
        if (strcmp(policy_limits[i].name, name) == 0)
            return (uint8_t)(i + 1);
    return 0;
}

uint8_t policy_danger_named(const char *name)
{
    for (size_t i = 0; i < policy_danger_count; i++)
        if (strcmp(policy_dangers[i].name, name) == 0)
            return (uint8_t)(i + 1);
    return 0;
}

/* ---- severity ------------------------------------------------------------------------------- */

uint32_t policy_context(const struct finding *finding)
{
    uint32_t context = 0;
    for (size_t i = 0; i < policy_factor_count; i++)
        context |= (uint32_t)policy_factors[i].holds(finding) << i;
    return context;
}

/* 1 + the row of the lowest limit that holds; 0: none does. */
static uint8_t limit_of(const struct finding *finding)
{
    uint8_t lowest = 0;
    for (size_t i = 0; i < policy_limit_count; i++)
        if (policy_limits[i].holds(finding) &&
            (!lowest || policy_limits[i].highest < policy_limits[lowest - 1].highest))
            lowest = (uint8_t)(i + 1);
    return lowest;
}

struct policy_judgement policy_judge(const struct finding *finding)
{
    enum severity grade = finding->verdict.grade, highest = SEVERITY_CRITICAL;
    struct policy_judgement judgement = {.context = policy_context(finding),
                                         .danger = danger_of(finding)};
    uint8_t limit = limit_of(finding);
    unsigned points = 0;
    for (size_t i = 0; i < policy_factor_count; i++)
        points += judgement.context >> i & 1 ? policy_factors[i].points : 0;
    unsigned raise = points / POLICY_POINTS_A_GRADE;
    if (raise > POLICY_RAISE_MAX)
        raise = POLICY_RAISE_MAX;
    unsigned severity = (unsigned)grade + raise;
    if (limit)
        highest = policy_limits[limit - 1].highest;
    if (highest < grade)
        highest = grade; /* by its own evidence */
    if (severity > highest) {
        severity = highest;
        judgement.limit = limit;
    }
    judgement.severity = (enum severity)severity;
    return judgement;
}

enum severity policy_severity(const struct finding *finding)
{
    return policy_judge(finding).severity;
}
