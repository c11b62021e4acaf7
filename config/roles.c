/* SPDX-License-Identifier: Apache-2.0
 *
 * `oidc.roles`: which role, team and areas the members of a provider's group have. THE table of its
 * keys, and what must fit together.
 */
#include "config/role.h"

#include <stdio.h>
#include <string.h>

#include "config/internal.h"

#define AT(member)                  offsetof(struct config_role, member)
#define WORD(constant, word, whose) [constant - ROLE_ACCOUNT_FIRST] = (word),

static const char *const words[] = {ACCOUNT_ROLES(WORD) NULL};
static const char *const teams[] = {[ROLE_TEAM_NONE] = "none",
                                    [ROLE_TEAM_ALL] = "all",
                                    [ROLE_TEAM_FIRST + TEAM_POLICE] = "police",
                                    [ROLE_TEAM_FIRST + TEAM_WELFARE] = "welfare",
                                    NULL};
static const char *const utilities[] = {"all", [1 + UTILITY_ELECTRICITY] = "electricity",
                                        [1 + UTILITY_WATER] = "water", [1 + UTILITY_GAS] = "gas",
                                        NULL};

static const struct option options[] = {
    {.name = "group",
     .type = OPTION_TEXT,
     .initial = "",
     .offset = AT(group),
     .help = "As the claim oidc.groups_claim has it."},
    {.name = "role",
     .type = OPTION_CHOICE,
     .initial = "officer",
     .choices = words,
     .offset = AT(role),
     .help = "What its members are here."},
    {.name = "team",
     .type = OPTION_CHOICE,
     .initial = "none",
     .choices = teams,
     .offset = AT(team),
     .help = "Of officers and supervisors: whose alerts they work."},
    {.name = "utility",
     .type = OPTION_CHOICE,
     .initial = "all",
     .choices = utilities,
     .offset = AT(utility),
     .help = "Of the role utility: whose meters."},
};
static const char *const lists[] = {"areas", NULL};
const struct rows role_rows = {options, sizeof options / sizeof options[0], "a role", lists};

static void load_areas(struct load *load, const struct tree *list, const char *shown,
                       struct config_role *role)
{
    struct place place = place_of(list, shown);
    struct buffer joined = {0};
    if (load_expect(load, list, TREE_LIST, shown) && load_join(load, list, shown, &joined) &&
        !text_copy(buffer_view(&joined), role->areas, sizeof role->areas))
        load_problem(load, &place, "has more than %d bytes", CONFIG_ROLE_AREAS_MAX);
    buffer_done(&joined);
}

/* A desk works on the alerts of one team; forgetting that would open all. */
static void check_role(struct load *load, const struct place *place, const struct tree *item,
                       const struct config_role *role)
{
    int which = role->role + ROLE_ACCOUNT_FIRST;
    bool desk = which == ROLE_OFFICER || which == ROLE_SUPERVISOR, said = false;
    for (const struct tree *child = item->first; child; child = child->next)
        said |= text_is(child->key, "role");
    if (!role->group[0] || !said)
        load_problem(load, place, "needs a group and its role");
    else if (desk && role->team == ROLE_TEAM_NONE)
        load_problem(load, place, "team is missing: an %s has one; all says every team",
                     words[role->role]);
    else if (!desk && role->team != ROLE_TEAM_NONE)
        load_problem(load, place, "team is of officers and supervisors alone");
    else if (!desk && which != ROLE_UTILITY && role->areas[0])
        load_problem(load, place, "areas are of officers, supervisors and utilities alone");
    else if (which != ROLE_UTILITY && role->utility)
        load_problem(load, place, "utility is of the role utility alone");
}

void load_roles(struct load *load, const struct tree *node)
{
    struct config *config = load->config;
    struct items walk = {
        .load = load, .shown = "oidc.roles", .max = CONFIG_ROLES_MAX, .what = "roles"};
    while (items_next(&walk, node)) {
        size_t count = config->role_count;
        config->roles = array_room(config->roles, count, sizeof *config->roles);
        config->role_from = array_room(config->role_from, count, sizeof *config->role_from);
        struct config_role *role = &config->roles[count];
        memset(role, 0, sizeof *role);
        rows_default(&role_rows, role);
        for (const struct tree *key; (key = items_key(&walk));)
            if (text_is(key->key, "areas"))
                load_areas(load, key, walk.key_shown, role);
            else
                (void)rows_load(load, &role_rows, key, walk.key_shown, role);
        if (items_good(&walk))
            check_role(load, &walk.place, walk.item, role);
        config->role_from[config->role_count++] = walk.place.origin;
    }
}
