/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/on_call.h"

#include <stdlib.h>
#include <string.h>

#include "config/config.h"

#define WORD(constant, word, said) [constant] = (word),
#define HELP(constant, word, said) [constant] = (said),
const char *const on_call_flaw_words[ON_CALL_FLAW_COUNT] = {ON_CALL_FLAWS(WORD)};
const char *const on_call_flaw_helps[ON_CALL_FLAW_COUNT] = {ON_CALL_FLAWS(HELP)};

void staff_add(struct staff *staff, const struct staff_person *person)
{
    staff->at = array_room(staff->at, staff->count, sizeof *staff->at);
    staff->at[staff->count] = *person;
    staff->at[staff->count++].areas = memory_text(text_of(person->areas));
}

void staff_done(struct staff *staff)
{
    for (size_t i = 0; i < staff->count; i++)
        free(staff->at[i].areas);
    free(staff->at);
    *staff = (struct staff){.count = 0};
}

/* Where somebody is to be called from: of an alert its area alone, of a roster any of its areas. */
struct place {
    const struct roster *roster;
    const char *area; /* NULL: the roster's */
};

static bool works_in(const struct staff_person *person, const struct place *place)
{
    if (!person->areas[0])
        return true;
    if (place->area)
        return text_is_listed(person->areas, place->area);
    for (size_t i = 0; i < place->roster->area_count; i++)
        if (text_is_listed(person->areas, place->roster->areas[i]))
            return true;
    return place->roster->area_count == 0;
}

static bool is_of_desk(const struct staff_person *person, int desk)
{
    return person->works && (person->team < 0 || person->team == desk);
}

static enum on_call_flaw check_team(const struct staff *staff, const struct place *place,
                                    struct on_call *out)
{
    size_t found = 0;
    for (size_t i = 0; i < staff->count; i++) {
        const struct staff_person *person = &staff->at[i];
        if (person->disabled || !is_of_desk(person, place->roster->team) ||
            !works_in(person, place))
            continue;
        if (out && found < ON_CALL_PERSONS_MAX)
            memcpy(out->persons[found], person->name, sizeof out->persons[found]);
        found++;
    }
    if (out)
        out->person_count = found < ON_CALL_PERSONS_MAX ? found : ON_CALL_PERSONS_MAX;
    return found ? ON_CALL_GOOD : ON_CALL_NOBODY;
}

static enum on_call_flaw check_one(const struct staff *staff, const struct place *place,
                                   const char *who)
{
    for (size_t i = 0; i < staff->count; i++) {
        const struct staff_person *person = &staff->at[i];
        if (strcmp(person->name, who) != 0)
            continue;
        if (person->disabled)
            return ON_CALL_DISABLED;
        return is_of_desk(person, place->roster->team) && works_in(person, place)
                   ? ON_CALL_GOOD
                   : ON_CALL_ELSEWHERE;
    }
    return ON_CALL_UNKNOWN;
}

static enum on_call_flaw check(const struct staff *staff, const struct place *place,
                               const char *who, struct on_call *out)
{
    return roster_is_team(who) ? check_team(staff, place, out) : check_one(staff, place, who);
}

enum on_call_flaw on_call_check(const struct staff *staff, const struct roster *roster,
                                const char *who, struct on_call *out)
{
    const struct place place = {roster, NULL};
    if (out)
        *out = (struct on_call){.person_count = 0};
    return check(staff, &place, who, out);
}

/* The next name by whom somebody can be called; false: there are two. */
static bool take(const struct staff *staff, const struct place *place, const char *who,
                 struct on_call *out)
{
    if (!who[0] || strcmp(who, out->who) == 0 ||
        check(staff, place, who, out->who[0] ? NULL : out) != ON_CALL_GOOD)
        return true;
    (void)text_copy(text_of(who), out->who[0] ? out->then : out->who, ROSTER_WHO_BYTES);
    return !out->then[0];
}

void on_call_find(const struct config *config, const struct staff *staff, enum team desk,
                  const char *area, int64_t at_s, struct on_call *out)
{
    struct duty duty, first;
    size_t after = 0;
    bool goes_on = staff && staff->count;
    *out = (struct on_call){.person_count = 0};
    if (!roster_duty(config, desk, area, at_s, &first))
        return;
    while (goes_on && roster_duty_next(config, desk, area, at_s, &after, &duty)) {
        const struct place place = {duty.roster, area};
        goes_on = take(staff, &place, duty.shift->on_call, out) &&
                  take(staff, &place, duty.shift->then, out);
    }
    if (out->who[0])
        return;
    (void)text_copy(text_of(first.shift->on_call), out->who, sizeof out->who);
    (void)text_copy(text_of(first.shift->then), out->then, sizeof out->then);
}
