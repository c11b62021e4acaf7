/* SPDX-License-Identifier: Apache-2.0 */
#include "console/session.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "console/away.h"
#include "console/token.h"

#define SHELF        "session"
#define TOKEN_BYTES  32
#define TOKEN_TEXT   (TOKEN_BYTES * 2)
#define SEEN_STEP_MS 60000  /* a session's last request is written down this often, or ... */
#define SEEN_STEPS   4      /* ... so often within session_idle */
#define WRONG_MAX    20     /* wrong passwords, or tokens, from one address ... */
#define WRONG_MS     600000 /* ... in so long */

struct session {
    char account[ACCOUNT_NAME_MAX + 1];
    int64_t begun_ms, seen_ms, version;
    int64_t generation; /* of the account as it was: no clock tells what came before what */
};

static void hash_of(const char *purpose, const char *token, char out[SESSION_NAME])
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char text[TOKEN_TEXT + 16];
    int n = snprintf(text, sizeof text, "%s:%.*s", purpose, TOKEN_TEXT, token);
    (void)crypto_hash_sha256(hash, (const unsigned char *)text, (unsigned long long)n);
    (void)sodium_bin2hex(out, SESSION_NAME, hash, sizeof hash);
}

static enum err session_save(struct request *request, struct session *session, struct fault *fault)
{
    struct buffer body = {0};
    struct store *store = request->api->store;
    buffer_text(&body, "{");
    json_member_text(&body, "account", session->account);
    json_member_int(&body, "begun_ms", session->begun_ms);
    json_member_int(&body, "seen_ms", session->seen_ms);
    json_member_int(&body, "generation", session->generation);
    buffer_text(&body, "}");
    struct store_document document = {SHELF,
                                      request->session,
                                      session->version,
                                      session->version + 1,
                                      buffer_view(&body),
                                      request->api->door.session_max_ms};
    enum err err = store->ops->document_set(store, &document, fault);
    buffer_done(&body);
    return err;
}

static enum err session_load(struct request *request, struct session *out, struct fault *fault)
{
    struct buffer body = {0};
    struct store *store = request->api->store;
    enum err err =
        store->ops->document(store, SHELF, request->session, &out->version, &body, fault);
    json_t *json = err ? NULL : json_loadb(body.at, body.bytes, 0, NULL);
    const char *account = json_string_value(json_object_get(json, "account"));
    const json_t *generation = json_object_get(json, "generation");
    if (!err && (!account || !text_copy(text_of(account), out->account, sizeof out->account)))
        err = fault_set(fault, ERR_CORRUPT, "a session in the store cannot be read");
    out->begun_ms = json_integer_value(json_object_get(json, "begun_ms"));
    out->seen_ms = json_integer_value(json_object_get(json, "seen_ms"));
    out->generation = json_is_integer(generation) ? json_integer_value(generation) : -1;
    json_decref(json);
    buffer_done(&body);
    return err;
}

static int64_t seen_step_ms(const struct door *door)
{
    int64_t step_ms = door->session_idle_ms / SEEN_STEPS;
    return step_ms < SEEN_STEP_MS ? step_ms : SEEN_STEP_MS;
}

/* Begun by a clock that was ahead, it would last as much longer. True: it is to be written. */
static bool bring_back(struct session *session, int64_t now_ms)
{
    if (session->seen_ms <= now_ms + SEEN_STEP_MS) /* machines' clocks are never one */
        return false;
    session->seen_ms = now_ms;
    if (session->begun_ms > now_ms)
        session->begun_ms = now_ms;
    return true;
}

/* ERR_NOT_FOUND: there is none, or it is over. */
static enum err account_of(struct request *request, const char *token, struct fault *fault)
{
    const struct door *door = &request->api->door;
    int64_t now_ms = clock_wall_ms(request->api->clock);
    struct session session = {.version = 0};
    struct account *account = memory_get(sizeof *account);
    hash_of("session", token, request->session);
    enum err err = session_load(request, &session, fault);
    bool ahead = !err && bring_back(&session, now_ms);
    if (!err && (now_ms >= session.begun_ms + door->session_max_ms ||
                 now_ms >= session.seen_ms + door->session_idle_ms))
        err = ERR_NOT_FOUND;
    if (!err)
        err = account_load(request->api->store, session.account, account, fault);
    if (!err && (account->disabled || account->lapsed || session.generation != account->generation))
        err = ERR_NOT_FOUND;
    if (err) {
        free(account);
        return err;
    }
    request->account = account;
    hash_of("csrf", token, request->csrf);
    if (!ahead && (request->visit.watches || now_ms < session.seen_ms + seen_step_ms(door)))
        return ERR_OK;
    session.seen_ms = now_ms;
    err = session_save(request, &session, fault);
    return err == ERR_CONFLICT ? ERR_OK : err; /* another request of the same session has */
}

/* A page of another site must not make this one's visitor act. */
static enum err check_origin(const struct visit *visit, struct fault *fault)
{
    const char *behind = visit->origin ? strstr(visit->origin, "://") : NULL;
    bool own = !visit->origin || (behind && visit->host && strcmp(behind + 3, visit->host) == 0);
    bool same =
        !visit->site || strcmp(visit->site, "same-origin") == 0 || strcmp(visit->site, "none") == 0;
    if (own && same)
        return ERR_OK;
    return fault_set(fault, ERR_DENIED, "a change that another site asks for is refused");
}

static enum err check_csrf(const struct request *request, struct fault *fault)
{
    const char *given = request->visit.csrf;
    if (given && strlen(given) == SESSION_NAME - 1 &&
        sodium_memcmp(given, request->csrf, SESSION_NAME - 1) == 0)
        return ERR_OK;
    return fault_set(fault, ERR_DENIED,
                     "a change needs the header Anbu-CSRF with the token of GET /api/v1/session");
}

/* Who asks is not known, which is not their mistake: nobody is told to sign in anew for it. What
 * the store denies it denies us. */
static enum err cannot_tell(enum err err, struct fault *fault)
{
    err = away_say(err, "nothing was shown or changed", fault);
    return err == ERR_DENIED ? ERR_UNREACHABLE : err;
}

enum err session_identify(struct request *request, struct fault *fault)
{
    const char *token = request->visit.session;
    struct peer *peer = &request->peer;
    bool changes = strcmp(request->method, "GET") != 0;
    (void)snprintf(peer->who, sizeof peer->who, "%s", role_names[ROLE_NOBODY]);
    (void)snprintf(peer->from, sizeof peer->from, "tcp:%.58s", request->visit.address);
    peer->role = ROLE_NOBODY;
    if (request->visit.probes)
        return ERR_OK;
    if (request->visit.bearer)
        return cannot_tell(token_identify(request, fault), fault);
    enum err err = changes ? check_origin(&request->visit, fault) : ERR_OK;
    if (err || !token || strcspn(token, "; ") != TOKEN_TEXT)
        return err;
    err = account_of(request, token, fault);
    if (err == ERR_NOT_FOUND) {
        request->session[0] = '\0';
        return ERR_OK;
    }
    if (err)
        return cannot_tell(err, fault);
    peer->role = request->account->must_change ? ROLE_NEWCOMER : request->account->role;
    (void)snprintf(peer->who, sizeof peer->who, "%s", request->account->name);
    return changes ? check_csrf(request, fault) : ERR_OK;
}

static void cookie_set(const struct door *door, const char *token, int64_t seconds,
                       struct answer *answer)
{
    (void)snprintf(answer->cookie, sizeof answer->cookie,
                   SESSION_COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%lld%s", token,
                   (long long)seconds, door->secure ? "; Secure" : "");
}

enum err session_begin(struct request *request, const struct account *account,
                       struct answer *answer, struct fault *fault)
{
    const struct door *door = &request->api->door;
    unsigned char bytes[TOKEN_BYTES];
    char token[TOKEN_TEXT + 1];
    struct session session = {.begun_ms = clock_wall_ms(request->api->clock),
                              .generation = account->generation};
    session.seen_ms = session.begun_ms;
    randombytes_buf(bytes, sizeof bytes);
    (void)sodium_bin2hex(token, sizeof token, bytes, sizeof bytes);
    hash_of("session", token, request->session);
    hash_of("csrf", token, request->csrf);
    (void)text_copy(text_of(account->name), session.account, sizeof session.account);
    enum err err = session_save(request, &session, fault);
    if (!err)
        cookie_set(door, token, door->session_max_ms / 1000, answer);
    return err;
}

enum err session_end(struct request *request, struct answer *answer, struct fault *fault)
{
    struct store *store = request->api->store;
    struct session session = {.version = 0};
    enum err err = session_load(request, &session, fault);
    struct store_document document = {SHELF, request->session, session.version, 0, TEXT(""), 0};
    if (!err)
        err = store->ops->document_set(store, &document, fault);
    if (!err)
        cookie_set(&request->api->door, "", 0, answer);
    return err;
}

/* ---- wrong passwords and tokens by address ---- */

/* Another address in its place pushes the older one out. */
static struct trier *trier_of(struct request *request, const char *what)
{
    unsigned slot = 0;
    char address[sizeof((struct trier *)0)->address];
    (void)snprintf(address, sizeof address, "%s %s", what, request->visit.address);
    for (const char *at = address; *at; at++)
        slot = slot * 31 + (unsigned char)*at;
    struct trier *trier = &request->api->door.triers[slot % TRIERS_MAX];
    int64_t now_ms = clock_wall_ms(request->api->clock);
    bool over = now_ms >= trier->since_ms + WRONG_MS || now_ms < trier->since_ms;
    if (over || strcmp(trier->address, address) != 0) {
        *trier = (struct trier){.since_ms = now_ms};
        (void)text_copy(text_of(address), trier->address, sizeof trier->address);
    }
    return trier;
}

bool session_may_try(struct request *request, const char *what, int *retry_after_s)
{
    const struct trier *trier = trier_of(request, what);
    int64_t left_ms = trier->since_ms + WRONG_MS - clock_wall_ms(request->api->clock);
    *retry_after_s = (int)((left_ms + 999) / 1000);
    return trier->wrong < WRONG_MAX;
}

void session_count_wrong(struct request *request, const char *what)
{
    trier_of(request, what)->wrong++;
}
