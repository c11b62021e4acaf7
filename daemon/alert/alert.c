/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/alert.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/zone.h"

#define ID_CHARACTERS 26 /* of 5 bits: 130 bits */
#define HOUR_S        3600

#define NAME(constant, name) [constant] = name,
const char *const alert_state_names[ALERT_STATE_COUNT] = {ALERT_STATES(NAME)};

const struct zone *alert_zone(const struct alert *alert)
{
    const struct zone *zone = NULL;
    if (alert->timezone[0] && !zone_find(text_of(alert->timezone), &zone))
        return zone;
    return zone_utc();
}

void alert_step_done(struct alert_step *step)
{
    free(step->note);
    free(step->noted);
    free(step->words);
    step->note = step->words = NULL;
    step->noted = NULL;
}

void alert_done(struct alert *alert)
{
    for (size_t i = 0; i < alert->step_count; i++)
        alert_step_done(&alert->steps[i]);
    *alert = (struct alert){0};
}

void alert_copy(const struct alert *from, struct alert *to)
{
    *to = *from;
    for (size_t i = 0; i < to->step_count; i++) {
        const struct alert_step *step = &from->steps[i];
        if (step->note)
            to->steps[i].note = memory_text(text_of(step->note));
        if (step->words)
            to->steps[i].words = memory_text(text_of(step->words));
        if (step->noted) {
            to->steps[i].noted = memory_get(sizeof *step->noted);
            *to->steps[i].noted = *step->noted;
        }
    }
}

void alert_id(struct text household, enum team team, int64_t raised_s, char out[ALERT_ID_MAX])
{
    /* Crockford's alphabet in small letters: no i, l, o, u to be misheard on the phone. */
    static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
    static_assert(ID_CHARACTERS < ALERT_ID_MAX, "an id needs its terminator");
    int64_t hour = raised_s / HOUR_S - (raised_s % HOUR_S < 0);
    struct buffer named = {0};
    buffer_add(&named, household.at, household.bytes);
    buffer_add(&named, "", 1);
    buffer_text(&named, team_names[team]);
    buffer_add(&named, "", 1);
    buffer_format(&named, "%" PRId64, hour);
    unsigned char hash[crypto_generichash_BYTES];
    int failed = crypto_generichash(hash, sizeof hash, (const unsigned char *)named.at, named.bytes,
                                    NULL, 0);
    assert(failed == 0); /* only for sizes out of range */
    buffer_done(&named);
    for (size_t i = 0; i < ID_CHARACTERS; i++) {
        size_t bit = i * 5;
        unsigned pair = (unsigned)hash[bit / 8] << 8 | hash[bit / 8 + 1];
        out[i] = alphabet[pair >> (11 - bit % 8) & 31];
    }
    out[ID_CHARACTERS] = '\0';
}
