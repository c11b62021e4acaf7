/* SPDX-License-Identifier: Apache-2.0 */
#include "console/account.h"

#include <ctype.h>
#include <jansson.h>
#include <sodium.h>
#include <string.h>

#include "alert/lifecycle.h"
#include "base/json.h"

#define SHELF "account"

_Static_assert(ACCOUNT_HASH_MAX >= crypto_pwhash_STRBYTES, "a hash fits");

bool account_name_fits(const char *name)
{
    size_t bytes = strlen(name);
    return bytes > 0 && bytes <= ACCOUNT_NAME_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-@") == bytes &&
           strcmp(name, ALERT_WHO_MACHINE) != 0 && strcmp(name, "root") != 0;
}

/* ---- as the store has it ---- */

#define AT(member) offsetof(struct account, member), sizeof((struct account *)0)->member

/* THE list of texts in an account's document. */
static const struct member {
    const char *name;
    size_t offset, room;
    bool later; /* older documents are without it */
} texts[] = {
    {"name", AT(name), false},      {"display", AT(display), false}, {"areas", AT(areas), false},
    {"utility", AT(utility), true}, {"hash", AT(hash), false},       {"subject", AT(subject), true},
};

static void account_write(const struct account *account, struct buffer *out)
{
    buffer_text(out, "{");
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        json_member_text(out, texts[i].name, (const char *)account + texts[i].offset);
    json_member_text(out, "role", role_names[account->role]);
    json_member_text(out, "team",
                     account->team == ACCOUNT_ANY_TEAM ? NULL : team_names[account->team]);
    json_member_bool(out, "by_groups", account->by_groups);
    json_member_bool(out, "lapsed", account->lapsed);
    json_member_bool(out, "must_change", account->must_change);
    json_member_bool(out, "disabled", account->disabled);
    json_member_int(out, "failed", account->failed);
    json_member_int(out, "locked_until_ms", account->locked_until_ms);
    json_member_int(out, "generation", account->generation);
    json_member_int(out, "version", account->version);
    buffer_text(out, "}");
}

static bool word_read(const json_t *value, const char *const *words, int first, int count, int *out)
{
    const char *word = json_string_value(value);
    for (int i = first; word && i < count; i++)
        if (strcmp(words[i], word) == 0) {
            *out = i;
            return true;
        }
    return false;
}

static bool members_read(const json_t *json, struct account *out)
{
    int role = 0;
    bool good = word_read(json_object_get(json, "role"), role_names, ROLE_ACCOUNT_FIRST,
                          ROLE_ACCOUNT_LAST + 1, &role);
    out->role = (enum role)role;
    out->team = ACCOUNT_ANY_TEAM;
    const json_t *team = json_object_get(json, "team");
    good = good && (json_is_null(team) || word_read(team, team_names, 0, TEAM_COUNT, &out->team));
    for (size_t i = 0; good && i < sizeof texts / sizeof texts[0]; i++) {
        const json_t *value = json_object_get(json, texts[i].name);
        const char *text = json_string_value(value);
        if (!value && texts[i].later)
            text = "";
        good = text && text_copy(text_of(text), (char *)out + texts[i].offset, texts[i].room);
    }
    out->by_groups = json_is_true(json_object_get(json, "by_groups"));
    out->lapsed = json_is_true(json_object_get(json, "lapsed"));
    out->must_change = json_is_true(json_object_get(json, "must_change"));
    out->disabled = json_is_true(json_object_get(json, "disabled"));
    out->failed = json_integer_value(json_object_get(json, "failed"));
    out->locked_until_ms = json_integer_value(json_object_get(json, "locked_until_ms"));
    out->generation = json_integer_value(json_object_get(json, "generation"));
    out->version = json_integer_value(json_object_get(json, "version"));
    return good && out->version > 0;
}

enum err account_read(struct text text, struct account *out, struct fault *fault)
{
    json_t *json = json_loadb(text.at, text.bytes, 0, NULL);
    struct account account = {.version = 0};
    bool good = json && members_read(json, &account);
    json_decref(json);
    if (!good)
        return fault_set(fault, ERR_CORRUPT, "an account in the store cannot be read");
    *out = account;
    return ERR_OK;
}

enum err account_load(struct store *store, const char *name, struct account *out,
                      struct fault *fault)
{
    struct buffer body = {0};
    int64_t version;
    if (!account_name_fits(name))
        return fault_set(fault, ERR_NOT_FOUND, "there is no account %.60s", name);
    enum err err = store->ops->document(store, SHELF, name, &version, &body, fault);
    if (!err)
        err = account_read(buffer_view(&body), out, fault);
    if (!err)
        out->version = version;
    buffer_done(&body);
    return err;
}

enum err account_save(struct store *store, struct account *account, struct fault *fault)
{
    struct buffer body = {0};
    struct store_document document = {.shelf = SHELF,
                                      .name = account->name,
                                      .expected_version = account->version,
                                      .version = account->version + 1};
    account->version++;
    account_write(account, &body);
    document.body = buffer_view(&body);
    enum err err = store->ops->document_set(store, &document, fault);
    if (err)
        account->version--;
    buffer_done(&body);
    return err;
}

enum err account_each(struct store *store, store_document_fn *take, void *context,
                      struct fault *fault)
{
    return store->ops->documents(store, SHELF, take, context, fault);
}

/* ---- passwords ---- */

static enum err hash_make(const char *password, char out[ACCOUNT_HASH_MAX], struct fault *fault)
{
    if (sodium_init() < 0 ||
        crypto_pwhash_str_alg(out, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                              crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13))
        return fault_set(fault, ERR_IO, "a password cannot be hashed: no 64 MiB of memory?");
    return ERR_OK;
}

enum err account_password_set(struct account *account, const char *password, struct fault *fault)
{
    size_t bytes = strlen(password);
    if (bytes < ACCOUNT_PASSWORD_MIN || bytes > ACCOUNT_PASSWORD_MAX)
        return fault_set(fault, ERR_INVALID, "password: %d to %d bytes; a sentence is fine",
                         ACCOUNT_PASSWORD_MIN, ACCOUNT_PASSWORD_MAX);
    if (strspn(password, (const char[]){password[0], '\0'}) == bytes ||
        (strlen(account->name) >= 4 && strstr(password, account->name)))
        return fault_set(fault, ERR_INVALID,
                         "password: neither one character repeated nor one with the name in it");
    return hash_make(password, account->hash, fault);
}

/* Whoever asks for an account that is not there waits as long as for one that is. */
static void waste_time(const char *password)
{
    struct fault ignored;
    char hash[ACCOUNT_HASH_MAX];
    (void)!hash_make(password, hash, &ignored);
}

static enum err refuse(struct fault *fault)
{
    return fault_set(fault, ERR_DENIED, "name or password is wrong, or the account is disabled");
}

/* No lock is longer than the longest: that was set by a clock that was ahead. */
static bool is_locked(const struct account *account, int64_t now_ms)
{
    return account->locked_until_ms > now_ms &&
           account->locked_until_ms <= now_ms + ACCOUNT_LOCK_MAX_MS;
}

static enum err refuse_locked(const struct account *account, int64_t now_ms, int *retry_after_s,
                              struct fault *fault)
{
    *retry_after_s = (int)((account->locked_until_ms - now_ms + 999) / 1000);
    return fault_set(fault, ERR_BUSY,
                     "too many wrong passwords for this account: try again in %d s, or ask for a "
                     "new one (anbuctl user passwd)",
                     *retry_after_s);
}

static void count_wrong(struct account *account, int64_t now_ms)
{
    int64_t wait_ms = ACCOUNT_LOCK_MS;
    account->failed++;
    if (account->failed <= ACCOUNT_TRIES_FREE)
        return;
    for (int64_t i = ACCOUNT_TRIES_FREE + 1; i < account->failed && wait_ms < ACCOUNT_LOCK_MAX_MS;
         i++)
        wait_ms *= 2;
    account->locked_until_ms =
        now_ms + (wait_ms < ACCOUNT_LOCK_MAX_MS ? wait_ms : ACCOUNT_LOCK_MAX_MS);
}

enum err account_try(struct store *store, const char *name, const char *password, int64_t now_ms,
                     struct account *out, int *retry_after_s, struct fault *fault)
{
    struct account account = {.version = 0};
    enum err err = account_load(store, name, &account, fault);
    if (err == ERR_NOT_FOUND || (!err && account.disabled)) {
        waste_time(password);
        return refuse(fault);
    }
    if (err)
        return err;
    if (!account.hash[0]) {
        waste_time(password);
        return refuse(fault);
    }
    if (is_locked(&account, now_ms))
        return refuse_locked(&account, now_ms, retry_after_s, fault);
    bool right = sodium_init() >= 0 && strlen(password) <= ACCOUNT_PASSWORD_MAX &&
                 crypto_pwhash_str_verify(account.hash, password, strlen(password)) == 0;
    if (right && account.failed == 0) {
        *out = account;
        return ERR_OK;
    }
    if (right)
        account.failed = account.locked_until_ms = 0;
    else
        count_wrong(&account, now_ms);
    /* A try that could not be counted is none. */
    err = account_save(store, &account, fault);
    if (err)
        return err;
    if (!right)
        return refuse(fault);
    *out = account;
    return ERR_OK;
}

/* ---- what is shown, and what it may see ---- */

void account_show(const struct account *account, int64_t now_ms, struct buffer *out)
{
    buffer_text(out, "{");
    json_member_text(out, "name", account->name);
    json_member_text(out, "display", account->display);
    json_member_text(out, "role", role_names[account->role]);
    json_member_text(out, "team",
                     account->team == ACCOUNT_ANY_TEAM ? NULL : team_names[account->team]);
    json_member_text(out, "areas", account->areas);
    if (account->role == ROLE_UTILITY)
        json_member_text(out, "utility", account->utility[0] ? account->utility : NULL);
    json_member_text(out, "sign_in", account->hash[0] ? "password" : "provider");
    if (!account->hash[0]) {
        json_member_bool(out, "bound", account->subject[0] != '\0');
        json_member_bool(out, "by_groups", account->by_groups);
        json_member_bool(out, "lapsed", account->lapsed);
    }
    json_member_bool(out, "must_change", account->must_change);
    json_member_bool(out, "disabled", account->disabled);
    json_member_bool(out, "locked", is_locked(account, now_ms));
    buffer_text(out, "}");
}

/* Of one that cannot be read nobody can sign in, so nobody is called. */
static void staff_take(void *context, struct text name, struct text body)
{
    struct account account;
    struct fault unread;
    (void)name;
    if (account_read(body, &account, &unread))
        return;
    struct staff_person person = {.team = account.team,
                                  .works = account.role == ROLE_OFFICER ||
                                           account.role == ROLE_SUPERVISOR,
                                  .disabled = account.disabled || account.lapsed,
                                  .areas = account.areas};
    (void)text_copy(text_of(account.name), person.name, sizeof person.name);
    staff_add(context, &person);
}

enum err account_staff(struct store *store, struct staff *out, struct fault *fault)
{
    return account_each(store, staff_take, out, fault);
}

bool account_sees(const struct account *account, uint32_t teams, const char *area)
{
    if (account->team != ACCOUNT_ANY_TEAM && !(teams >> account->team & 1))
        return false;
    return !account->areas[0] || text_is_listed(account->areas, area);
}

bool account_sees_group(const struct account *account, const char *name)
{
    return !account || account->role == ROLE_OPS || !account->areas[0] ||
           (name[0] && account_sees(account, UINT32_MAX, name));
}

bool account_sees_utility(const struct account *account, const char *name)
{
    return !account || account->role != ROLE_UTILITY || !account->utility[0] ||
           strcmp(account->utility, name) == 0;
}
