/* SPDX-License-Identifier: Apache-2.0
 *
 * The field's terms, one table each. They live on the lowest floor, because detectors include
 * nothing above their own folder. Names in the tables are those of the messages (docs/formats.md).
 */
#ifndef ANBU_DETECTORS_VOCABULARY_H
#define ANBU_DETECTORS_VOCABULARY_H

/* X(constant, name in messages) */
#define UTILITIES(X)                      \
    X(UTILITY_ELECTRICITY, "electricity") \
    X(UTILITY_WATER, "water")             \
    X(UTILITY_GAS, "gas")

#define QUALITIES(X)                  \
    X(QUALITY_ACTUAL, "actual")       \
    X(QUALITY_ESTIMATED, "estimated") \
    X(QUALITY_EDITED, "edited")       \
    X(QUALITY_MISSING, "missing")

#define BILLING_EVENTS(X)                                   \
    X(BILLING_BILL_ISSUED, "bill_issued")                   \
    X(BILLING_PAYMENT, "payment")                           \
    X(BILLING_PAYMENT_REVERSED, "payment_reversed")         \
    X(BILLING_ARRANGEMENT, "arrangement")                   \
    X(BILLING_ARREARS, "arrears")                           \
    X(BILLING_DISCONNECTION_NOTICE, "disconnection_notice") \
    X(BILLING_LIMITED, "limited")                           \
    X(BILLING_DISCONNECTED, "disconnected")                 \
    X(BILLING_RECONNECTED, "reconnected")

#define HOUSEHOLD_EVENTS(X)                         \
    X(HOUSEHOLD_PROFILE, "profile")                 \
    X(HOUSEHOLD_MOVED_IN, "moved_in")               \
    X(HOUSEHOLD_MOVED_OUT, "moved_out")             \
    X(HOUSEHOLD_METER_EXCHANGED, "meter_exchanged") \
    X(HOUSEHOLD_ABSENCE, "absence")                 \
    X(HOUSEHOLD_SUPPORT_STARTED, "support_started") \
    X(HOUSEHOLD_SUPPORT_ENDED, "support_ended")     \
    X(HOUSEHOLD_OPTED_OUT, "opted_out")             \
    X(HOUSEHOLD_OUTCOME, "outcome")

#define REPORT_CHANNELS(X)                           \
    X(REPORT_NEIGHBOUR, "neighbour")                 \
    X(REPORT_COMMUNITY_OFFICER, "community_officer") \
    X(REPORT_CONVENIENCE_STORE, "convenience_store") \
    X(REPORT_SCHOOL, "school")                       \
    X(REPORT_CLINIC, "clinic")                       \
    X(REPORT_POLICE, "police")                       \
    X(REPORT_FIRE, "fire")                           \
    X(REPORT_AGENCY, "agency")                       \
    X(REPORT_RESIDENT, "resident")

#define SUPPLY_STATES(X)         \
    X(SUPPLY_OPEN, "open")       \
    X(SUPPLY_LIMITED, "limited") \
    X(SUPPLY_CUT, "cut")

/* Flags of a household's profile; bit n of a mask is constant n. */
#define PROFILE_FLAGS(X)                       \
    X(FLAG_LIVES_ALONE, "lives_alone")         \
    X(FLAG_AGED_65_PLUS, "aged_65_plus")       \
    X(FLAG_AGED_80_PLUS, "aged_80_plus")       \
    X(FLAG_MEDICAL, "medical")                 \
    X(FLAG_DISABILITY, "disability")           \
    X(FLAG_CHILDREN, "children")               \
    X(FLAG_PREPAYMENT, "prepayment")           \
    X(FLAG_CONSENT, "consent")                 \
    X(FLAG_REFERRED, "referred")               \
    X(FLAG_SECOND_HOME, "second_home")         \
    X(FLAG_STORAGE_HEATING, "storage_heating") \
    X(FLAG_PHOTOVOLTAIC, "photovoltaic")

/* How an alert ends (design section 8); `unlocated` is no outcome: it goes to the police. */
#define OUTCOMES(X)                               \
    X(OUTCOME_SAFE, "safe")                       \
    X(OUTCOME_HELPED, "helped")                   \
    X(OUTCOME_REFERRED_ONWARD, "referred_onward") \
    X(OUTCOME_HOSPITAL, "hospital")               \
    X(OUTCOME_DECEASED, "deceased")               \
    X(OUTCOME_MOVED, "moved")                     \
    X(OUTCOME_ABSENCE, "absence")                 \
    X(OUTCOME_METER_FAULT, "meter_fault")         \
    X(OUTCOME_LEAK, "leak")                       \
    X(OUTCOME_OTHER, "other")

#define TEAMS(X)             \
    X(TEAM_POLICE, "police") \
    X(TEAM_WELFARE, "welfare")

#define SEVERITIES(X)            \
    X(SEVERITY_LOW, "low")       \
    X(SEVERITY_MEDIUM, "medium") \
    X(SEVERITY_HIGH, "high")     \
    X(SEVERITY_CRITICAL, "critical")

/* How soon a collapse in a home would be told: X(constant, name, hours from, hours to). */
#define OUTLOOK_UNKNOWN (-1) /* too little is known of the home */
#define OUTLOOK_NEVER   240  /* hours: not before, if at all */
#define OUTLOOK_CLASSES(X)                       \
    X(OUTLOOK_DAY, "day", 1, 24)                 \
    X(OUTLOOK_TWO_DAYS, "two_days", 25, 48)      \
    X(OUTLOOK_LATER, "later", 49, OUTLOOK_NEVER) \
    X(OUTLOOK_LEARNING, "learning", OUTLOOK_UNKNOWN, OUTLOOK_UNKNOWN)

#define VOCABULARY_CONSTANT(constant, name) constant,

enum utility { UTILITIES(VOCABULARY_CONSTANT) UTILITY_COUNT };
enum quality { QUALITIES(VOCABULARY_CONSTANT) QUALITY_COUNT };
enum billing_event { BILLING_EVENTS(VOCABULARY_CONSTANT) BILLING_EVENT_COUNT };
enum household_event { HOUSEHOLD_EVENTS(VOCABULARY_CONSTANT) HOUSEHOLD_EVENT_COUNT };
enum report_channel { REPORT_CHANNELS(VOCABULARY_CONSTANT) REPORT_CHANNEL_COUNT };
enum supply { SUPPLY_STATES(VOCABULARY_CONSTANT) SUPPLY_COUNT };
enum profile_flag { PROFILE_FLAGS(VOCABULARY_CONSTANT) PROFILE_FLAG_COUNT };
enum outcome { OUTCOMES(VOCABULARY_CONSTANT) OUTCOME_COUNT };
enum team { TEAMS(VOCABULARY_CONSTANT) TEAM_COUNT };
enum severity { SEVERITIES(VOCABULARY_CONSTANT) SEVERITY_COUNT };

#define OUTLOOK_CONSTANT(constant, name, least, most) constant,
enum outlook_class { OUTLOOK_CLASSES(OUTLOOK_CONSTANT) OUTLOOK_CLASS_COUNT };

/* Names by constant: utility_names[UTILITY_WATER] is "water". */
extern const char *const utility_names[UTILITY_COUNT];
extern const char *const quality_names[QUALITY_COUNT];
extern const char *const billing_event_names[BILLING_EVENT_COUNT];
extern const char *const household_event_names[HOUSEHOLD_EVENT_COUNT];
extern const char *const report_channel_names[REPORT_CHANNEL_COUNT];
extern const char *const supply_names[SUPPLY_COUNT];
extern const char *const profile_flag_names[PROFILE_FLAG_COUNT];
extern const char *const outcome_names[OUTCOME_COUNT];
extern const char *const team_names[TEAM_COUNT];
extern const char *const severity_names[SEVERITY_COUNT];
extern const char *const outlook_class_names[OUTLOOK_CLASS_COUNT];
extern const int outlook_class_least_h[OUTLOOK_CLASS_COUNT],
    outlook_class_most_h[OUTLOOK_CLASS_COUNT];

#endif
