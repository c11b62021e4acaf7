/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/retention.h"

#include <stdlib.h>
#include <string.h>

#include "alert/lifecycle.h"
#include "alert/making.h"

int64_t retention_closed_ms(const struct alert *alert)
{
    if (alert_is_live(alert))
        return 0;
    for (size_t i = alert->step_count; i > 0; i--) {
        const struct alert_step *step = &alert->steps[i - 1];
        if (making_is_step(step, STEP_RESOLVED) || making_is_step(step, STEP_CLEARED))
            return step->at_ms;
    }
    return alert->raised_wall_ms; /* the step made room in a full history */
}

/* What the machine wrote is of its reasons, which stay; so does what it noted of a person's step.
 */
static bool drop_notes(struct alert *alert)
{
    bool any = false;
    for (size_t i = 0; i < alert->step_count; i++) {
        struct alert_step *step = &alert->steps[i];
        if (!step->note || strcmp(step->who, ALERT_WHO_MACHINE) == 0)
            continue;
        free(step->note);
        free(step->words);
        step->note = step->words = NULL;
        any = true;
    }
    return any;
}

static bool drop_evidence(struct alert *alert)
{
    bool any = false;
    for (size_t i = 0; i < alert->reason_count; i++) {
        any = any || alert->reasons[i].has_evidence;
        alert->reasons[i].has_evidence = false;
        alert->reasons[i].evidence = (struct evidence){0};
    }
    return any;
}

bool retention_strip(struct alert *alert)
{
    if (alert_is_live(alert))
        return false;
    bool notes = drop_notes(alert), evidence = drop_evidence(alert);
    return notes || evidence;
}

enum retained retention_trim(struct alert *alert, const struct retention *retention, int64_t now_ms)
{
    if (alert_is_live(alert))
        return RETAINED_WHOLE;
    int64_t age_s = (now_ms - retention_closed_ms(alert)) / 1000;
    if (age_s >= retention->alerts_s)
        return RETAINED_NOT;
    bool notes = age_s >= retention->notes_s && drop_notes(alert);
    bool evidence = age_s >= retention->evidence_s && drop_evidence(alert);
    return notes || evidence ? RETAINED_LESS : RETAINED_WHOLE;
}
