/* SPDX-License-Identifier: Apache-2.0 */
#include "console/grant.h"

#include <string.h>

#include "console/routes.h"

/* Nothing of it lies beyond `mine`: "" are all areas. */
static bool is_within(const struct account *mine, int team, const char *areas)
{
    char area[ACCOUNT_AREAS_MAX + 1];
    if (mine->team != ACCOUNT_ANY_TEAM && mine->team != team)
        return false;
    if (!mine->areas[0])
        return true;
    if (!areas[0])
        return false;
    for (const char *at = areas; *at;) {
        size_t bytes = strcspn(at, ",");
        if (!text_copy((struct text){at, bytes}, area, sizeof area) ||
            !account_sees(mine, UINT32_MAX, area))
            return false;
        at += bytes + (at[bytes] == ',');
    }
    return true;
}

bool grant_has_account(const struct request *request, const struct account *account)
{
    const struct account *mine = request->account;
    if (!mine)
        return request->peer.role == ROLE_ROOT;
    if (mine->role == ROLE_SUPERVISOR)
        return account->role == ROLE_OFFICER && is_within(mine, account->team, account->areas);
    return mine->role == ROLE_OPS && account->role == ROLE_UTILITY;
}

static bool covers(const struct account *mine, const struct token *token)
{
    for (int scope = 0; scope < SCOPE_COUNT; scope++)
        if (token->scopes >> scope & 1 && !route_scope_within((enum scope)scope, mine->role))
            return false;
    return is_within(mine, mine->role == ROLE_OPS ? mine->team : token->team, token->areas);
}

bool grant_has_token(const struct request *request, const struct token *token)
{
    return request->account ? covers(request->account, token) : request->peer.role == ROLE_ROOT;
}

enum err grant_stop(struct store *store, const struct token *token, enum token_stop *out,
                    struct fault *fault)
{
    struct account maker;
    enum token_stop stop = TOKEN_GOES_ON;
    enum err err =
        token->by_account ? account_load(store, token->by, &maker, fault) : ERR_NOT_FOUND;
    if (err && err != ERR_NOT_FOUND && err != ERR_CORRUPT)
        return err;
    if (err == ERR_CORRUPT)
        stop = TOKEN_MAKER_UNREADABLE;
    else if (!err && maker.disabled)
        stop = TOKEN_MAKER_DISABLED;
    else if (!err && maker.lapsed)
        stop = TOKEN_MAKER_LAPSED;
    else if (!err && !covers(&maker, token))
        stop = TOKEN_MAKER_LESS;
    *out = stop;
    return ERR_OK;
}

enum err grant_load_account(const struct request *request, struct account *out, struct fault *fault)
{
    struct account account;
    enum err err = account_load(request->api->store, request->id, &account, fault);
    if (!err && !grant_has_account(request, &account))
        err = fault_set(fault, ERR_NOT_FOUND, "there is no account %.60s", request->id);
    if (!err)
        *out = account;
    return err;
}

enum err grant_find_token(const struct request *request, struct fault *fault)
{
    struct token token;
    if (!request->account)
        return ERR_OK; /* also a damaged one */
    enum err err = token_load(request->api->store, request->id, &token, fault);
    if (!err && !grant_has_token(request, &token))
        err = fault_set(fault, ERR_NOT_FOUND, "there is no token %.60s", request->id);
    return err;
}

enum err grant_account(const struct request *request, const struct account *account,
                       struct answer *answer, struct fault *fault)
{
    if (grant_has_account(request, account))
        return ERR_OK;
    answer->status = 403;
    return fault_set(fault, ERR_DENIED,
                     request->peer.role == ROLE_SUPERVISOR
                         ? "a supervisor makes accounts of officers, of the own team and areas: "
                           "others are made on the machine (anbuctl user add)"
                         : "ops make accounts of utilities: others are made on the machine "
                           "(anbuctl user add)");
}

enum err grant_token(const struct request *request, const struct token *token,
                     struct answer *answer, struct fault *fault)
{
    if (grant_has_token(request, token))
        return ERR_OK;
    answer->status = 403;
    return fault_set(fault, ERR_DENIED,
                     "a token may no more than whoever makes it, by its scopes, team and areas: "
                     "others are made on the machine (anbuctl token add)");
}
