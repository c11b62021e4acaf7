/* SPDX-License-Identifier: Apache-2.0
 *
 * Whom a ladder's step is for: names and telephones of those who live there, or of whom to ask
 * about them, out of the municipality's directory at the moment of sending. The record of the
 * look-up is on the disk before it is made; what was found is stored nowhere, and wiped after use.
 * A finder is one sink's, and on its thread.
 */
#ifndef ANBU_DELIVERY_ADDRESSEE_H
#define ANBU_DELIVERY_ADDRESSEE_H

#include "base/clock.h"
#include "base/err.h"
#include "config/config.h"
#include "delivery/directory.h"
#include "store/store.h"

/* X(constant, word): why an event names nobody to write to. */
#define ADDRESSEE_LACKS(X)                                                    \
    X(LACKS_NOTHING, "")                                                      \
    X(LACKS_STEP, "no_step")         /* it tells of something else */         \
    X(LACKS_HOME, "not_of_the_home") /* the step is for officers or police */ \
    X(LACKS_ALERT, "alert_gone")     /* erased: opted out, moved */           \
    X(LACKS_NEED, "alert_closed")    /* while the event waited */             \
    X(LACKS_HOUSEHOLD, "household_unknown")                                   \
    X(LACKS_ENTRY, "entry_unreadable")                                        \
    X(LACKS_TELEPHONE, "no_telephone")
#define ADDRESSEE_CONSTANT(constant, word) constant,
enum addressee_lack { ADDRESSEE_LACKS(ADDRESSEE_CONSTANT) ADDRESSEE_LACK_COUNT };
extern const char *const addressee_lacks[ADDRESSEE_LACK_COUNT];

struct addressee {
    char name[DIRECTORY_TEXT_MAX], phone[DIRECTORY_TEXT_MAX]; /* name "": not known */
    enum language language; /* theirs, where there are words in it; else the sink's */
};
struct addressees {
    enum addressee_lack lack;
    size_t count; /* 0 with a lack */
    struct addressee at[DIRECTORY_PEOPLE_MAX];
};

/* A look-up that is about to be made. */
struct addressee_record {
    const char *sink, *alert, *household, *why;
};
/* What finding needs of the daemon around it; called on sinks' threads. */
struct addressee_host {
    void *context;
    /* A handle of the finder's own. */
    enum err (*store_new)(void *context, struct store **out, struct fault *fault);
    /* On the disk when it returns. */
    enum err (*record)(void *context, const struct addressee_record *record, struct fault *fault);
};

struct addressee_options {
    const struct config *config;
    const struct config_sink *rules;
    const struct clock *clock;
    uint32_t partitions;
    const struct addressee_host *host;
};
struct addressee_finder;
/* All is borrowed for the finder's life. */
NODISCARD enum err addressee_finder_new(const struct addressee_options *options,
                                        struct addressee_finder **out, struct fault *fault);
void addressee_finder_free(struct addressee_finder *finder); /* NULL is fine */

/* ERR_INVALID: no event of ours. Any other error is one to be tried again: store, disk or directory
 * are away. What is wrong with this
 * household alone is a lack, once it was so some times in a row, so that one keeps no others
 * waiting. addressees_wipe is due after ERR_OK. */
NODISCARD enum err addressee_find(struct addressee_finder *finder, struct text event,
                                  struct addressees *out, struct fault *fault);
void addressees_wipe(struct addressees *addressees);

#endif
