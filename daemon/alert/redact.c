/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/redact.h"

#include <jansson.h>
#include <stdlib.h>

static void take_hours(const json_t *alert)
{
    const json_t *reasons = json_object_get(alert, "reasons");
    for (size_t i = 0; i < json_array_size(reasons); i++) {
        json_t *evidence = json_object_get(json_array_get(reasons, i), "evidence");
        if (!json_is_object(evidence))
            continue;
        (void)json_object_set_new(evidence, "until", json_null());
        (void)json_object_set_new(evidence, "hours", json_array());
    }
}

static enum err redact(struct text from, bool event, struct buffer *out, struct fault *fault)
{
    json_error_t why;
    json_t *root = from.bytes ? json_loadb(from.at, from.bytes, 0, &why) : NULL;
    char *text = NULL;
    if (json_is_object(root)) {
        take_hours(event ? json_object_get(root, "data") : root);
        text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(REDACT_DIGITS));
    }
    if (text)
        buffer_text(out, text);
    json_decref(root);
    enum err err = text ? ERR_OK
                        : fault_set(fault, ERR_INVALID,
                                    "no JSON object: its hours cannot be "
                                    "taken out");
    free(text);
    return err;
}

enum err redact_alert(struct text snapshot, struct buffer *out, struct fault *fault)
{
    return redact(snapshot, false, out, fault);
}

enum err redact_event(struct text event, struct buffer *out, struct fault *fault)
{
    return redact(event, true, out, fault);
}
