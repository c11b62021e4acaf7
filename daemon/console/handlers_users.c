/* SPDX-License-Identifier: Apache-2.0
 *
 * Accounts: list, add, a new password, disable, enable, release.
 */
#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "console/account.h"
#include "console/away.h"
#include "console/body.h"
#include "console/grant.h"
#include "console/listing.h"
#include "console/routes.h"
#include "console/streams.h"
#include "console/token.h"
#include "household/record.h"

#define NOT_CHANGED "nothing was changed"

static void list_add(void *context, struct text name, struct text body)
{
    struct listing *listing = context;
    struct account account;
    (void)name;
    if (!listing->err)
        listing->err = account_read(body, &account, &listing->fault);
    if (listing->err || !grant_has_account(listing->request, &account))
        return;
    json_put_item(listing->out);
    account_show(&account, listing->now_ms, listing->out);
}

enum err handle_users_list(struct request *request, struct answer *answer, struct fault *fault)
{
    return listing_make(request, "account", "users", list_add, answer, fault);
}

/* The hash is made before the record of what is intended: a bad password intends nothing. */
static enum err save(struct request *request, struct account *account, struct answer *answer,
                     struct fault *fault)
{
    int64_t now_ms = clock_wall_ms(request->api->clock);
    if (!request->subject.bytes)
        buffer_text(&request->subject, account->name); /* what is intended says of whom */
    enum err err = request_intend(request, fault);
    if (err)
        return err;
    err = account_save(request->api->store, account, fault);
    if (err == ERR_CONFLICT)
        return fault_set(fault, ERR_CONFLICT,
                         "account %s was changed meanwhile, or is there: look "
                         "at the list",
                         account->name);
    if (!err)
        account_show(account, now_ms, &answer->body);
    streams_look_again(request->api->streams);
    return away_say(err, NOT_CHANGED, fault);
}

static enum err utility_take(struct account *account, const char *utility, struct fault *fault)
{
    int which = 0;
    if (!utility)
        return ERR_OK;
    if (account->role != ROLE_UTILITY)
        return fault_set(fault, ERR_INVALID, "utility: of the role utility alone");
    enum err err = body_word("utility", utility, utility_names, 0, UTILITY_COUNT, &which, fault);
    if (!err)
        (void)text_copy(text_of(utility), account->utility, sizeof account->utility);
    return err;
}

/* A desk works on the alerts of one team; forgetting that would open all. */
static enum err place_take(struct account *account, const char *team, struct fault *fault)
{
    bool desk = account->role == ROLE_OFFICER || account->role == ROLE_SUPERVISOR;
    account->team = ACCOUNT_ANY_TEAM;
    if (desk && !team)
        return fault_set(fault, ERR_INVALID, "team: an %s has one; \"all\" says every team",
                         role_names[account->role]);
    if (!desk && team)
        return fault_set(fault, ERR_INVALID, "team: of officers and supervisors alone");
    if (!desk && account->role != ROLE_UTILITY && account->areas[0])
        return fault_set(fault, ERR_INVALID, "areas: of officers, supervisors and utilities alone");
    if (!team || strcmp(team, "all") == 0)
        return ERR_OK;
    return body_word("team", team, team_names, 0, TEAM_COUNT, &account->team, fault);
}

static const char *const sign_ins[] = {"password", "provider"};

/* An account has one way in: whoever the provider calls by a name must not get at a password's. */
static enum err way_take(struct account *account, const char *sign_in, const char *password,
                         struct fault *fault)
{
    int way = 0;
    enum err err = body_word("sign_in", sign_in, sign_ins, 0, 2, &way, fault);
    if (err)
        return err;
    if (way == 0)
        return password ? account_password_set(account, password, fault)
                        : fault_set(fault, ERR_INVALID, "password: is missing");
    account->must_change = false;
    return password ? fault_set(fault, ERR_INVALID,
                                "password: not of an account that signs in by the provider")
                    : ERR_OK;
}

enum err handle_user_add(struct request *request, struct answer *answer, struct fault *fault)
{
    const char *name = NULL, *role = NULL, *team = NULL, *areas = "", *display = "",
               *sign_in = sign_ins[0], *password = NULL, *utility = NULL;
    const struct body_member members[] = {
        {.name = "name", .text = &name},       {.name = "role", .text = &role},
        {.name = "team", .text = &team},       {.name = "areas", .text = &areas},
        {.name = "display", .text = &display}, {.name = "sign_in", .text = &sign_in},
        {.name = "utility", .text = &utility}, {.name = "password", .text = &password}};
    struct account account = {.must_change = true};
    json_t *body = NULL;
    int of_role = 0;
    enum err err = body_read(request, members, sizeof members / sizeof members[0], &body, fault);
    if (!err)
        buffer_text(&request->subject, name);
    if (!err && !account_name_fits(name))
        err = fault_set(fault, ERR_INVALID,
                        "name: 1 to %d of a-z 0-9 . _ - @, neither \"root\" nor \"anbu\"",
                        ACCOUNT_NAME_MAX);
    if (!err)
        err = body_word("role", role, role_names, ROLE_ACCOUNT_FIRST, ROLE_ACCOUNT_LAST + 1,
                        &of_role, fault);
    if (!err) {
        account.role = (enum role)of_role;
        (void)text_copy(text_of(name), account.name, sizeof account.name);
        (void)text_copy(text_of(areas), account.areas, sizeof account.areas);
        (void)text_copy(text_of(display), account.display, sizeof account.display);
        err = place_take(&account, team, fault);
    }
    if (!err)
        err = utility_take(&account, utility, fault);
    if (!err)
        err = grant_account(request, &account, answer, fault);
    if (!err)
        err = way_take(&account, sign_in, password, fault);
    if (!err)
        err = save(request, &account, answer, fault);
    if (!err)
        answer->status = 201;
    json_decref(body);
    return err;
}

/* By somebody else: it is good for one sign-in, and ends what goes on. */
enum err handle_user_password(struct request *request, struct answer *answer, struct fault *fault)
{
    const char *password = NULL;
    const struct body_member members[] = {{.name = "password", .text = &password}};
    struct account account;
    json_t *body = NULL;
    enum err err = body_read(request, members, 1, &body, fault);
    if (!err)
        err = away_say(grant_load_account(request, &account, fault), NOT_CHANGED, fault);
    if (!err)
        err = account_password_set(&account, password, fault);
    if (!err) {
        account.must_change = true;
        account.by_groups = account.lapsed = false; /* from now on by hand */
        account.failed = account.locked_until_ms = 0;
        account.generation++;
        err = save(request, &account, answer, fault);
    }
    json_decref(body);
    return err;
}

struct made {
    const struct request *request;
    int64_t now_ms;
    struct buffer names; /* JSON, without its brackets */
};

static void made_take(void *context, struct text name, struct text body)
{
    struct made *made = context;
    struct token token;
    struct fault unread;
    char plain[TOKEN_NAME_MAX + 1] = "";
    (void)text_copy(name, plain, sizeof plain);
    if (token_read(plain, body, &token, &unread) || token.expires_ms <= made->now_ms ||
        !token.by_account || strcmp(token.by, made->request->id) != 0 ||
        !grant_has_token(made->request, &token))
        return;
    json_put_item(&made->names);
    json_put_string(&made->names, text_of(token.name));
}

/* The last member of the account that is shown. */
static void made_put(const struct made *made, struct buffer *out)
{
    assert(out->bytes > 0 && out->at[out->bytes - 1] == '}');
    out->at[--out->bytes] = '\0';
    json_put_key(out, "tokens");
    buffer_format(out, "[%s]}", buffer_view(&made->names).at);
}

/* What the account made for programs goes no further than it does (grant_stop): that is named. */
enum err handle_user_able(struct request *request, struct answer *answer, struct fault *fault)
{
    struct account account;
    json_t *body = NULL;
    struct made made = {.request = request, .now_ms = clock_wall_ms(request->api->clock)};
    bool disables = request->route->change == 0;
    enum err err = body_read(request, NULL, 0, &body, fault);
    if (!err)
        err = away_say(grant_load_account(request, &account, fault), NOT_CHANGED, fault);
    if (!err && disables)
        err =
            away_say(token_each(request->api->store, made_take, &made, fault), NOT_CHANGED, fault);
    if (!err) {
        account.disabled = disables;
        account.failed = account.locked_until_ms = 0;
        account.generation++;
        err = save(request, &account, answer, fault);
    }
    if (!err && disables)
        made_put(&made, &answer->body);
    buffer_done(&made.names);
    json_decref(body);
    return err;
}

/* To whom the provider calls so next; whoever had it is out at once. */
enum err handle_user_release(struct request *request, struct answer *answer, struct fault *fault)
{
    struct account account;
    json_t *body = NULL;
    enum err err = body_read(request, NULL, 0, &body, fault);
    if (!err)
        err = away_say(account_load(request->api->store, request->id, &account, fault), NOT_CHANGED,
                       fault);
    if (!err && account.hash[0])
        err = fault_set(fault, ERR_REFUSED,
                        "%s has a password: it is nobody's at the provider, so nothing is released",
                        account.name);
    if (!err) {
        account.subject[0] = '\0';
        account.generation++;
        err = save(request, &account, answer, fault);
    }
    json_decref(body);
    return err;
}
