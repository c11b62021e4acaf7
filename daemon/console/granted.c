/* SPDX-License-Identifier: Apache-2.0 */
#include "console/granted.h"

#include <stdio.h>
#include <string.h>

_Static_assert(ACCOUNT_AREAS_MAX >= CONFIG_ROLE_AREAS_MAX, "the areas of a role fit");

static bool has_area(const char *areas, struct text area)
{
    struct text one;
    while (text_item(&areas, &one))
        if (text_equal(one, area))
            return true;
    return false;
}

/* None means all: a further group takes nothing away. What finds no room is left out. */
static void areas_add(const char *more, struct account *out)
{
    struct text area;
    if (!out->areas[0] || !more[0]) {
        out->areas[0] = '\0';
        return;
    }
    while (text_item(&more, &area)) {
        size_t used = strlen(out->areas);
        if (!has_area(out->areas, area) && used + 1 + area.bytes < sizeof out->areas)
            (void)snprintf(out->areas + used, sizeof out->areas - used, ",%.*s", (int)area.bytes,
                           area.at);
    }
}

static void take(const struct config_role *role, struct account *out)
{
    out->role = (enum role)(ROLE_ACCOUNT_FIRST + role->role);
    out->team =
        role->team >= (int)ROLE_TEAM_FIRST ? role->team - (int)ROLE_TEAM_FIRST : ACCOUNT_ANY_TEAM;
    (void)snprintf(out->utility, sizeof out->utility, "%s",
                   role->utility ? utility_names[role->utility - 1] : "");
    (void)text_copy(text_of(role->areas), out->areas, sizeof out->areas);
}

bool granted_to(const struct config *config, const struct id_token_person *person,
                struct account *out)
{
    const struct config_role *first = NULL;
    size_t count;
    const struct config_role *roles = config_roles(config, &count);
    for (size_t i = 0; i < count; i++) {
        if (!id_token_in_group(person, roles[i].group))
            continue;
        if (!first)
            take(&roles[i], out);
        else if (roles[i].role == first->role && roles[i].team == first->team &&
                 roles[i].utility == first->utility)
            areas_add(roles[i].areas, out);
        first = first ? first : &roles[i];
    }
    return first != NULL;
}

bool granted_same(const struct account *a, const struct account *b)
{
    return a->role == b->role && a->team == b->team && strcmp(a->areas, b->areas) == 0 &&
           strcmp(a->utility, b->utility) == 0;
}
