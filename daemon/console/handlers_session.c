/* SPDX-License-Identifier: Apache-2.0
 *
 * Sign in, who one is, a new password, sign out.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "console/away.h"
#include "console/body.h"
#include "console/routes.h"
#include "console/session.h"
#include "console/streams.h"

#define NOT_CHANGED "nothing was changed"
#define NOT_BEGUN   "the password is changed; sign in with it"

static void show(const struct request *request, const struct account *account, struct buffer *out)
{
    buffer_text(out, "{");
    json_put_key(out, "account");
    account_show(account, clock_wall_ms(request->api->clock), out);
    json_member_text(out, "csrf", request->csrf);
    buffer_text(out, "}");
}

/* 401 and 429 are not the store's fault. */
static enum err try(struct request *request, const char *name, const char *password,
                    struct account *out, struct answer *answer, struct fault *fault)
{
    int wait_s = 0;
    if (!session_may_try(request, SESSION_TRY_PASSWORD, &wait_s)) {
        answer->status = 429;
        answer->retry_after_s = wait_s;
        return fault_set(fault, ERR_BUSY,
                         "too many wrong passwords from this address: try again "
                         "in %d s",
                         wait_s);
    }
    wait_s = 0;
    enum err err = account_try(request->api->store, name, password,
                               clock_wall_ms(request->api->clock), out, &wait_s, fault);
    if (err == ERR_DENIED) {
        session_count_wrong(request, SESSION_TRY_PASSWORD);
        answer->status = 401;
        return err;
    }
    if (wait_s > 0) {
        answer->status = 429;
        answer->retry_after_s = wait_s;
        return err;
    }
    return away_say(err, NOT_CHANGED, fault);
}

enum err handle_session_begin(struct request *request, struct answer *answer, struct fault *fault)
{
    const char *name = NULL, *password = NULL;
    const struct body_member members[] = {{.name = "name", .text = &name},
                                          {.name = "password", .text = &password}};
    struct account account = {.version = 0};
    json_t *body = NULL;
    enum err err = body_read(request, members, 2, &body, fault);
    if (!err)
        buffer_text(&request->subject, name);
    if (!err)
        err = try(request, name, password, &account, answer, fault);
    if (!err)
        err = away_say(session_begin(request, &account, answer, fault), NOT_CHANGED, fault);
    if (!err) {
        (void)text_copy(text_of(account.name), request->peer.who, sizeof request->peer.who);
        show(request, &account, &answer->body);
    }
    json_decref(body);
    return err;
}

enum err handle_session_show(struct request *request, struct answer *answer, struct fault *fault)
{
    (void)fault;
    show(request, request->account, &answer->body);
    return ERR_OK;
}

enum err handle_session_end(struct request *request, struct answer *answer, struct fault *fault)
{
    enum err err = away_say(session_end(request, answer, fault), NOT_CHANGED, fault);
    if (!err)
        buffer_text(&answer->body, "{\"ended\":true}");
    streams_look_again(request->api->streams);
    return err;
}

/* All sessions of the account end, this one too, and one begins anew. */
enum err handle_session_password(struct request *request, struct answer *answer,
                                 struct fault *fault)
{
    const char *old = NULL, *new = NULL;
    const struct body_member members[] = {{.name = "old", .text = &old},
                                          {.name = "new", .text = &new}};
    struct account account = {.version = 0};
    json_t *body = NULL;
    enum err err = body_read(request, members, 2, &body, fault);
    if (!err && !request->account->hash[0])
        err = fault_set(fault, ERR_REFUSED,
                        "this account has no password: it signs in by the provider");
    if (!err)
        err = try(request, request->account->name, old, &account, answer, fault);
    if (!err && strcmp(old, new) == 0)
        err = fault_set(fault, ERR_INVALID, "new: is the old one");
    if (!err)
        err = account_password_set(&account, new, fault);
    if (!err)
        err = request_intend(request, fault);
    if (!err) {
        account.must_change = false;
        account.generation++;
        err = away_say(account_save(request->api->store, &account, fault), NOT_CHANGED, fault);
    }
    if (!err)
        err = away_say(session_begin(request, &account, answer, fault), NOT_BEGUN, fault);
    if (!err)
        show(request, &account, &answer->body);
    streams_look_again(request->api->streams);
    json_decref(body);
    return err;
}
