/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens of services: list, add, revoke.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/zone.h"
#include "console/away.h"
#include "console/body.h"
#include "console/grant.h"
#include "console/routes.h"
#include "console/streams.h"
#include "console/token.h"

#define NOT_CHANGED "nothing was changed"

/* Those that whoever asks may see. */
struct tokens {
    const struct request *request;
    struct token *at; /* owned */
    size_t count;
    enum err err; /* of the one that could not be read: none is added behind it */
    struct fault fault;
};

static void tokens_take(void *context, struct text name, struct text body)
{
    struct tokens *tokens = context;
    struct token token;
    char plain[TOKEN_NAME_MAX + 1] = "";
    (void)text_copy(name, plain, sizeof plain);
    if (!tokens->err)
        tokens->err = token_read(plain, body, &token, &tokens->fault);
    if (tokens->err || !grant_has_token(tokens->request, &token))
        return;
    tokens->at = array_room(tokens->at, tokens->count, sizeof *tokens->at);
    tokens->at[tokens->count++] = token;
}

/* Makers are asked after once the store has told all: it answers one question at a time. */
enum err handle_tokens_list(struct request *request, struct answer *answer, struct fault *fault)
{
    struct store *store = request->api->store;
    struct tokens tokens = {.request = request};
    int64_t now_ms = clock_wall_ms(request->api->clock);
    enum err err = token_each(store, tokens_take, &tokens, fault);
    if (!err && tokens.err) {
        err = tokens.err;
        *fault = tokens.fault;
    }
    buffer_text(&answer->body, "{\"tokens\":[");
    for (size_t i = 0; i < tokens.count && !err; i++) {
        enum token_stop stop;
        err = grant_stop(store, &tokens.at[i], &stop, fault);
        if (err)
            break;
        json_put_item(&answer->body);
        token_show(&tokens.at[i], stop, now_ms, &answer->body);
    }
    buffer_text(&answer->body, "]}");
    free(tokens.at);
    return away_say(err, "nothing was shown", fault);
}

static enum err life_take(struct token *token, const char *expires, struct fault *fault)
{
    bool has_offset = false;
    token->expires_ms = token->made_ms + TOKEN_LIFE_MS;
    if (expires && time_parse(text_of(expires), &token->expires_ms, &has_offset))
        return fault_set(fault, ERR_INVALID,
                         "expires: \"%.40s\" is no time with an offset; write "
                         "2026-06-30T00:00:00+09:00",
                         expires);
    if (token->expires_ms <= token->made_ms ||
        token->expires_ms > token->made_ms + TOKEN_LIFE_MAX_MS)
        return fault_set(fault, ERR_INVALID, "expires: within two years from now");
    return ERR_OK;
}

static enum err team_take(struct token *token, const char *team, struct fault *fault)
{
    token->team = ACCOUNT_ANY_TEAM;
    return strcmp(team, "all") == 0
               ? ERR_OK
               : body_word("team (or all)", team, team_names, 0, TEAM_COUNT, &token->team, fault);
}

static enum err save(struct request *request, struct token *token, struct answer *answer,
                     struct fault *fault)
{
    char text[TOKEN_TEXT_MAX], time[TIME_TEXT_MAX];
    token_make(token, text);
    enum err err = request_intend(request, fault);
    if (!err)
        err = token_save(request->api->store, token, fault);
    if (err == ERR_CONFLICT)
        err = fault_set(fault, ERR_CONFLICT, "there is a token %s: revoke it, or take another name",
                        token->name);
    if (!err) {
        answer->status = 201;
        buffer_text(&answer->body, "{");
        json_member_text(&answer->body, "name", token->name);
        json_member_text(&answer->body, "expires", time_format(token->expires_ms / 1000, 0, time));
        json_member_text(&answer->body, "token", text);
        buffer_text(&answer->body, "}");
    }
    explicit_bzero(text, sizeof text);
    return away_say(err, NOT_CHANGED, fault);
}

enum err handle_token_add(struct request *request, struct answer *answer, struct fault *fault)
{
    const char *name = NULL, *team = NULL, *areas = "", *scopes = NULL, *expires = NULL;
    const struct body_member members[] = {{.name = "name", .text = &name},
                                          {.name = "team", .text = &team},
                                          {.name = "areas", .text = &areas},
                                          {.name = "scopes", .text = &scopes},
                                          {.name = "expires", .text = &expires}};
    struct token token = {.made_ms = clock_wall_ms(request->api->clock)};
    json_t *body = NULL;
    enum err err = body_read(request, members, sizeof members / sizeof members[0], &body, fault);
    if (!err)
        buffer_text(&request->subject, name);
    if (!err && !token_name_fits(name))
        err = fault_set(fault, ERR_INVALID, "name: 1 to %d of a-z 0-9 . -", TOKEN_NAME_MAX);
    if (!err)
        err = team_take(&token, team, fault);
    if (!err)
        err = token_scopes_read(scopes, &token.scopes, fault);
    if (!err)
        err = life_take(&token, expires, fault);
    if (!err) {
        (void)text_copy(text_of(name), token.name, sizeof token.name);
        (void)text_copy(text_of(areas), token.areas, sizeof token.areas);
        (void)text_copy(text_of(request->peer.who), token.by, sizeof token.by);
        token.by_account = request->account != NULL;
        err = grant_token(request, &token, answer, fault);
    }
    if (!err)
        err = save(request, &token, answer, fault);
    json_decref(body);
    return err;
}

enum err handle_token_revoke(struct request *request, struct answer *answer, struct fault *fault)
{
    json_t *body = NULL;
    enum err err = body_read(request, NULL, 0, &body, fault);
    if (!err)
        err = away_say(grant_find_token(request, fault), NOT_CHANGED, fault);
    if (!err)
        err = request_intend(request, fault);
    if (!err)
        err = away_say(token_revoke(request->api->store, request->id, fault), NOT_CHANGED, fault);
    if (!err) {
        buffer_text(&answer->body, "{");
        json_member_text(&answer->body, "name", request->id);
        json_member_bool(&answer->body, "revoked", true);
        buffer_text(&answer->body, "}");
    }
    streams_look_again(request->api->streams);
    json_decref(body);
    return err;
}
