/* SPDX-License-Identifier: Apache-2.0 */
#include "console/admission.h"

#include <sodium.h>
#include <string.h>

#include "base/log.h"
#include "console/away.h"
#include "console/granted.h"
#include "console/server.h"
#include "console/streams.h"
#include "oidc/sign_in.h"

#define NOT_CHANGED "nobody was signed in"
#define TRIES_MAX   3 /* against others who change the same account */

/* The provider's name is part of it: another one's subjects are other people. */
static void subject_of(const struct request *request, const struct id_token_person *person,
                       char out[ACCOUNT_SUBJECT_MAX])
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    struct buffer text = {0};
    buffer_format(&text, "%s\n%s", sign_ins_issuer(request->api->sign_ins), person->subject);
    (void)crypto_hash_sha256(hash, (const unsigned char *)text.at, text.bytes);
    (void)sodium_bin2hex(out, ACCOUNT_SUBJECT_MAX, hash, sizeof hash);
    buffer_done(&text);
}

static enum err deny(struct answer *answer, const char *name, struct fault *fault)
{
    answer->status = 403;
    return fault_set(fault, ERR_DENIED,
                     "%.40s has no account here that signs in by the provider: whoever runs Anbu "
                     "makes it (anbuctl user add --provider, or by groups: oidc.roles)",
                     name);
}

static enum err deny_another(struct answer *answer, const char *name, struct fault *fault)
{
    log_line(LOG_WARNING, "an account is another person's at the provider",
             "account=%s remedy=\"whose it is now must be known first; anbuctl user release %s\"",
             name, name);
    answer->status = 403;
    return fault_set(fault, ERR_DENIED,
                     "the account %.40s belongs to somebody else whom the provider called so "
                     "before: whoever runs Anbu finds out whose it is now, and releases it "
                     "(anbuctl user release)",
                     name);
}

static enum err deny_lapsed(struct answer *answer, const char *name, struct fault *fault)
{
    answer->status = 403;
    return fault_set(fault, ERR_DENIED,
                     "none of the groups that %.40s is in at the provider has a role here any "
                     "more: whoever runs the provider, or Anbu (oidc.roles), knows why",
                     name);
}

/* ---- people whom the provider calls otherwise by now ---- */

struct person {
    const char *subject;
    char disabled[ACCOUNT_NAME_MAX + 1]; /* an account of theirs; "": none */
};

/* One that cannot be read bars nobody. */
static void look_at(void *context, struct text name, struct text body)
{
    struct person *person = context;
    struct account account;
    struct fault unread;
    (void)name;
    if (!account_read(body, &account, &unread) && account.disabled && !account.hash[0] &&
        strcmp(account.subject, person->subject) == 0)
        memcpy(person->disabled, account.name, sizeof person->disabled);
}

/* Who is out is out by whatever name: some providers let people change their own. */
static enum err check_person(struct request *request, const char *subject, struct answer *answer,
                             struct fault *fault)
{
    struct person person = {.subject = subject};
    enum err err = account_each(request->api->store, look_at, &person, fault);
    if (err || !person.disabled[0])
        return err;
    answer->status = 403;
    return fault_set(fault, ERR_DENIED,
                     "%s, an account of the same person, is disabled: whoever runs Anbu enables "
                     "it, or releases it where the name has changed (anbuctl user release)",
                     person.disabled);
}

/* ERR_CONFLICT: somebody was faster. */
static enum err keep(struct request *request, struct account *account, struct fault *fault)
{
    enum err err = request_intend(request, fault);
    if (!err)
        err = account_save(request->api->store, account, fault);
    if (!err)
        streams_look_again(request->api->streams);
    return err;
}

static void say(struct request *request, const char *what, const struct account *account)
{
    bool desk = account->role == ROLE_OFFICER || account->role == ROLE_SUPERVISOR;
    buffer_format(&request->result, "%s: %s%s%s, areas %s", what, role_names[account->role],
                  desk ? " of " : "",
                  !desk                               ? ""
                  : account->team == ACCOUNT_ANY_TEAM ? "all teams"
                                                      : team_names[account->team],
                  account->areas[0] ? account->areas : "all");
}

/* ---- accounts that the provider's groups make and keep ---- */

static bool granted(struct request *request, const struct id_token_person *person,
                    struct account *out)
{
    struct api *api = request->api;
    const struct config *config = api->host.config_hold(api->host.host);
    bool some = granted_to(config, person, out);
    api->host.config_release(api->host.host, config);
    return some;
}

static enum err make(struct request *request, const struct id_token_person *person,
                     struct account *out, struct answer *answer, struct fault *fault)
{
    struct account account = {.by_groups = true};
    if (!account_name_fits(person->name) || !granted(request, person, &account))
        return deny(answer, person->name, fault);
    (void)text_copy(text_of(person->name), account.name, sizeof account.name);
    subject_of(request, person, account.subject);
    enum err err = check_person(request, account.subject, answer, fault);
    if (!err)
        err = keep(request, &account, fault);
    if (err)
        return err;
    say(request, "made by the provider's groups", &account);
    *out = account;
    return ERR_OK;
}

/* What was begun with other rights is over. True: there is something to save. */
static bool follow(struct request *request, const struct id_token_person *person,
                   struct account *account)
{
    struct account now = *account;
    now.lapsed = !granted(request, person, &now);
    if (now.lapsed == account->lapsed && granted_same(&now, account))
        return false;
    now.generation++;
    *account = now;
    return true;
}

/* ---- one that is there ---- */

static enum err admit(struct request *request, const struct id_token_person *person,
                      struct account *account, struct answer *answer, struct fault *fault)
{
    char subject[ACCOUNT_SUBJECT_MAX];
    subject_of(request, person, subject);
    if (account->disabled || account->hash[0])
        return deny(answer, person->name, fault);
    if (account->subject[0] && strcmp(account->subject, subject) != 0)
        return deny_another(answer, account->name, fault);
    enum err err = check_person(request, subject, answer, fault);
    if (err)
        return err;
    bool binds = !account->subject[0];
    bool follows = account->by_groups && follow(request, person, account);
    memcpy(account->subject, subject, sizeof subject);
    if (binds || follows)
        err = keep(request, account, fault);
    if (!err && account->lapsed)
        return deny_lapsed(answer, account->name, fault);
    if (!err && follows)
        say(request, "changed by the provider's groups", account);
    else if (!err && binds)
        buffer_text(&request->result, "bound to this person of the provider");
    return err;
}

static enum err try(struct request *request, const struct id_token_person *person,
                    struct account *out, struct answer *answer, struct fault *fault)
{
    struct account account = {.version = 0};
    enum err err = account_load(request->api->store, person->name, &account, fault);
    if (err == ERR_NOT_FOUND)
        return make(request, person, out, answer, fault);
    if (!err)
        err = admit(request, person, &account, answer, fault);
    if (!err)
        *out = account;
    return err;
}

enum err admission_ask(struct request *request, const struct id_token_person *person,
                       struct account *out, struct answer *answer, struct fault *fault)
{
    enum err err = ERR_CONFLICT;
    for (int i = 0; i < TRIES_MAX && err == ERR_CONFLICT; i++)
        err = try(request, person, out, answer, fault);
    return answer->status == 403 ? err : away_say(err, NOT_CHANGED, fault);
}
