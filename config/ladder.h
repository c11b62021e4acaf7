/* SPDX-License-Identifier: Apache-2.0
 *
 * Ladders of contact: in which order, how and whom to try while an alert is open, and how long to
 * wait for each. One table a vocabulary: YAML, the snapshot, sinks and docs/alerts.md use the
 * names. Const once the configuration is read; any thread.
 */
#ifndef ANBU_CONFIG_LADDER_H
#define ANBU_CONFIG_LADDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "config/option.h"
#include "detectors/vocabulary.h"

#define LADDERS_MAX       16
#define LADDER_STEPS_MAX  12
#define LADDER_NAME_BYTES 33 /* with the terminator */

/* X(constant, name). Messages and mail are sent by sinks without anybody's doing. */
#define LADDER_CHANNELS(X)   \
    X(BY_MESSAGE, "message") \
    X(BY_PHONE, "phone")     \
    X(BY_VISIT, "visit")     \
    X(BY_MAIL, "mail")       \
    X(BY_POLICE, "police") /* the alert is put on their desk */
enum ladder_channel { LADDER_CHANNELS(VOCABULARY_CONSTANT) LADDER_CHANNEL_COUNT };
extern const char *const ladder_channel_names[LADDER_CHANNEL_COUNT + 1]; /* NULL ends them */

#define LADDER_WHOM(X)                                    \
    X(LADDER_RESIDENT, "resident")                        \
    X(LADDER_CONTACT_PERSON, "contact_person")            \
    X(LADDER_COMMUNITY_OFFICER, "community_officer")      \
    X(LADDER_OFFICER, "officer") /* of the desk itself */ \
    X(LADDER_POLICE, "police")
enum ladder_whom { LADDER_WHOM(VOCABULARY_CONSTANT) LADDER_WHOM_COUNT };
extern const char *const ladder_whom_names[LADDER_WHOM_COUNT + 1];

/* What happens to steps that have not come due when somebody takes the alert. */
enum ladder_taken { TAKEN_STOP, TAKEN_GO_ON };

/* What happens to an acknowledgement when the shift in which it was given ends before it does. */
enum ladder_hand_over { HAND_OVER_KEEP, HAND_OVER_REOPEN };

struct ladder_step {
    int channel, whom;
    int64_t wait_s; /* until the next one is due */
};

struct ladder {
    char name[OPTION_TEXT_MAX]; /* a-z, 0-9, '-'; no other ladder's */
    char hours[OPTION_TEXT_MAX];
    int from_min, to_min; /* of the day, by hours; equal: all day */
    int64_t after_s;      /* before the first step */
    int when_taken;
    int when_shift_ends;
    uint32_t teams, severities; /* masks; 0: all */
    size_t step_count;
    struct ladder_step steps[LADDER_STEPS_MAX];
};

/* The first that is for such an alert at this minute of the household's day; NULL: none. */
const struct ladder *ladder_for(const struct ladder *ladders, size_t count, enum team desk,
                                enum severity severity, int minute);
/* "20m" */
void ladder_wait_text(const struct ladder_step *step, struct buffer *out);
const struct ladder *ladder_named(const struct ladder *ladders, size_t count, const char *name);

#endif
