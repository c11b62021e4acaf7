/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/restore.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

enum err restore_read(struct text event, struct alert *out, struct fault *fault)
{
    json_error_t error;
    json_t *root = json_loadb(event.at, event.bytes, 0, &error);
    if (!root)
        return fault_set(fault, ERR_INVALID, "event is not JSON: %s", error.text);
    enum err err = ERR_OK;
    const char *type = json_string_value(json_object_get(root, "type"));
    if (type && strncmp(type, "anbu.alert.", strlen("anbu.alert.")) != 0) {
        json_decref(root);
        return ERR_NOT_FOUND;
    }
    char *data = json_dumps(json_object_get(root, "data"), JSON_COMPACT);
    if (!data)
        err = fault_set(fault, ERR_INVALID, "event has no data");
    else
        err = alert_read(text_of(data), out, fault);
    free(data);
    json_decref(root);
    return err;
}

void restore_step(const struct alert *alert, const struct alert_rules *rules, struct step *out)
{
    memset(out, 0, sizeof *out);
    alert_copy(alert, &out->alert);
    alert_write(&out->alert, &out->snapshot);
    out->timer_count = lifecycle_timers(alert, rules, out->timers);
}
