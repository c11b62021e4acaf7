/* SPDX-License-Identifier: Apache-2.0
 *
 * An event of anbu.alerts in a person's words: the fields of templates, filled. Nothing but what
 * the event holds, and of that neither the household nor its hours. Pure.
 */
#ifndef ANBU_DELIVERY_TELLING_H
#define ANBU_DELIVERY_TELLING_H

#include <jansson.h>

#include "base/err.h"
#include "config/template.h"

#define TELLING_ID_MAX 128

struct telling {
    enum template_kind kind;
    char id[TELLING_ID_MAX];     /* the event's: letters, digits, ".-_:" */
    char thread[TELLING_ID_MAX]; /* of the first event of its alert or incident */
    struct buffer texts[TEMPLATE_FIELD_COUNT];
    const char *values[TEMPLATE_FIELD_COUNT]; /* into texts; "" for nothing */
};

/* ERR_INVALID: no event of ours. public_url "": no link. telling_done frees it in any case. */
NODISCARD enum err telling_make(struct text event, enum language language, const char *public_url,
                                struct telling *out, struct fault *fault);
void telling_done(struct telling *telling);

/* One of an event's reasons in a sentence, appended; the detector's own where the language has no
 * words for it. */
void telling_reason(const json_t *reason, enum language language, struct buffer *out);

/* Whether an event's id may stand in a header: letters, digits and ".-_:". */
bool telling_is_id(const char *id);

#endif
