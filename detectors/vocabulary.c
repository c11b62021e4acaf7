/* SPDX-License-Identifier: Apache-2.0 */
#include "detectors/vocabulary.h"

#define NAME(constant, name) [constant] = name,

const char *const utility_names[UTILITY_COUNT] = {UTILITIES(NAME)};
const char *const quality_names[QUALITY_COUNT] = {QUALITIES(NAME)};
const char *const billing_event_names[BILLING_EVENT_COUNT] = {BILLING_EVENTS(NAME)};
const char *const household_event_names[HOUSEHOLD_EVENT_COUNT] = {HOUSEHOLD_EVENTS(NAME)};
const char *const report_channel_names[REPORT_CHANNEL_COUNT] = {REPORT_CHANNELS(NAME)};
const char *const supply_names[SUPPLY_COUNT] = {SUPPLY_STATES(NAME)};
const char *const profile_flag_names[PROFILE_FLAG_COUNT] = {PROFILE_FLAGS(NAME)};
const char *const outcome_names[OUTCOME_COUNT] = {OUTCOMES(NAME)};
const char *const team_names[TEAM_COUNT] = {TEAMS(NAME)};
const char *const severity_names[SEVERITY_COUNT] = {SEVERITIES(NAME)};

#define OUTLOOK_NAME(constant, name, least, most)  [constant] = name,
#define OUTLOOK_LEAST(constant, name, least, most) [constant] = (least),
#define OUTLOOK_MOST(constant, name, least, most)  [constant] = (most),
const char *const outlook_class_names[OUTLOOK_CLASS_COUNT] = {OUTLOOK_CLASSES(OUTLOOK_NAME)};
const int outlook_class_least_h[OUTLOOK_CLASS_COUNT] = {OUTLOOK_CLASSES(OUTLOOK_LEAST)};
const int outlook_class_most_h[OUTLOOK_CLASS_COUNT] = {OUTLOOK_CLASSES(OUTLOOK_MOST)};
