/* SPDX-License-Identifier: Apache-2.0 */
#include "console/request.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alert/lifecycle.h"
#include "base/json.h"
#include "base/log.h"
#include "base/utf8.h"
#include "console/anchor.h"
#include "console/repeat.h"
#include "console/routes.h"
#include "console/shapes.h"
#include "console/wall.h"

#define RETRY_AFTER_S 5

/* What a caller is told; ERR_OK never comes here. ERR_DENIED of a handler is the store's answer to
 * us; a caller who is not allowed something gets 403 in run(). */
static const unsigned statuses[ERR_COUNT] = {
    [ERR_UNREACHABLE] = 503,  [ERR_TIMEOUT] = 503,  [ERR_BUSY] = 503,      [ERR_FENCED] = 503,
    [ERR_REWOUND] = 503,      [ERR_CONFLICT] = 409, [ERR_DUPLICATE] = 409, [ERR_NOT_FOUND] = 404,
    [ERR_INVALID] = 400,      [ERR_REFUSED] = 409,  [ERR_DENIED] = 503,    [ERR_TOO_LARGE] = 413,
    [ERR_CORRUPT] = 500,      [ERR_END] = 500,      [ERR_IO] = 503,        [ERR_CONFIG] = 422,
    [ERR_INCOMPATIBLE] = 500,
};
_Static_assert(ERR_COUNT == ERR_INCOMPATIBLE + 1, "every error has a status");

/* By status: the last word of the problem's type and its title. */
static const struct {
    unsigned status;
    const char *type, *title;
} problems[] = {
    {400, "invalid", "The request is not valid"},
    {401, "unauthenticated", "Sign in first"},
    {403, "denied", "Not allowed"},
    {403, WALL_NO_PURPOSE, "Say what for"},
    {404, "not-found", "Not found"},
    {405, "method", "Method not allowed"},
    {409, "conflict", "Not possible in this state"},
    {409, "unfinished", "An earlier request with this key has no answer"},
    {412, "changed", "Changed by somebody else meanwhile"},
    {413, "too-large", "Too large"},
    {422, "config", "The configuration is not usable"},
    {422, "key-reused", "The key was another request's"},
    {429, "too-many", "Too many tries"},
    {500, "internal", "Internal error"},
    {503, "unavailable", "Not available now"},
};

unsigned problem_status(enum err err)
{
    return err < ERR_COUNT && statuses[err] ? statuses[err] : 500;
}

void problem_make(enum err err, const struct fault *fault, struct answer *answer)
{
    size_t row = 0, count = sizeof problems / sizeof problems[0];
    if (answer->status < 400)
        answer->status = problem_status(err);
    while (row + 1 < count &&
           (problems[row].status != answer->status ||
            (answer->problem_type && strcmp(problems[row].type, answer->problem_type) != 0)))
        row++;
    if (answer->status == 503)
        answer->retry_after_s = RETRY_AFTER_S;
    answer->problem = true;
    answer->version = 0;
    buffer_clear(&answer->body);
    buffer_format(&answer->body, "{\"type\":\"urn:anbu:problem:%s\"", problems[row].type);
    json_member_text(&answer->body, "title", problems[row].title);
    json_member_int(&answer->body, "status", answer->status);
    json_member_text(&answer->body, "detail", fault->text[0] ? fault->text : err_text(err));
    buffer_text(&answer->body, "}");
}

void request_done(struct request *request)
{
    free(request->account);
    buffer_done(&request->subject);
    buffer_done(&request->result);
}

const char *request_query(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->query_count; i++)
        if (strcmp(request->query[i].name, name) == 0)
            return request->query[i].value;
    return NULL;
}

enum err request_count(const struct request *request, const char *name, size_t usual, size_t most,
                       size_t *out, struct fault *fault)
{
    const char *count = request_query(request, name);
    char *end = NULL;
    long n = count ? strtol(count, &end, 10) : (long)usual;
    if (count && (*end || end == count || n < 1 || n > (long)most))
        return fault_set(fault, ERR_INVALID, "%s: a number from 1 to %zu", name, most);
    *out = (size_t)n;
    return ERR_OK;
}

enum err request_limit(const struct request *request, size_t usual, size_t most, size_t *out,
                       struct fault *fault)
{
    return request_count(request, "limit", usual, most, out, fault);
}

void request_subject_query(struct request *request)
{
    struct buffer *out = &request->subject;
    for (size_t i = 0; i < request->query_count; i++)
        if (strcmp(request->query[i].name, "why") != 0 &&
            strcmp(request->query[i].name, "purpose") != 0)
            buffer_format(out, "%s%s=%s", out->bytes ? "&" : "", request->query[i].name,
                          request->query[i].value);
}

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

bool request_decode(const char *from, char *out, size_t out_bytes)
{
    size_t n = 0;
    for (size_t i = 0; from[i]; i++) {
        int c = (unsigned char)from[i];
        if (c == '%') {
            int high = hex(from[i + 1]), low = high >= 0 ? hex(from[i + 2]) : -1;
            if (low < 0 || high + low == 0)
                return false;
            c = high * 16 + low;
            i += 2;
        }
        if (n + 1 >= out_bytes)
            return false;
        out[n++] = (char)c;
    }
    out[n] = '\0';
    return true;
}

static void account_of(int64_t uid, char *out, size_t out_bytes)
{
    char room[4096];
    struct passwd entry, *found = NULL;
    if (getpwuid_r((uid_t)uid, &entry, room, sizeof room, &found) == 0 && found)
        (void)text_copy(text_of(found->pw_name), out, out_bytes);
    else
        (void)snprintf(out, out_bytes, "uid:%" PRId64, uid);
}

/* Names stand in the history and the audit log: no control characters, nothing that could pass for
 * "(by root)". */
static bool name_is_plain(const char *name)
{
    size_t bytes = strlen(name);
    if (bytes == 0 || bytes > REQUEST_NAME_MAX || !utf8_valid((struct text){name, bytes}))
        return false;
    for (size_t i = 0; i < bytes; i++)
        if ((unsigned char)name[i] < 0x20 || strchr("()\"\\\x7f", name[i]))
            return false;
    return name[0] != ' ' && name[bytes - 1] != ' ' && strcmp(name, ALERT_WHO_MACHINE) != 0;
}

enum err peer_identify(int64_t uid, int64_t pid, const char *on_behalf, struct peer *out,
                       struct fault *fault)
{
    char account[33];
    account_of(uid, account, sizeof account);
    (void)snprintf(out->from, sizeof out->from, "unix:uid=%" PRId64 ",pid=%" PRId64, uid, pid);
    /* A person at the account "anbu" must not pass for the machine. */
    (void)snprintf(out->who, sizeof out->who, "%s%s",
                   strcmp(account, ALERT_WHO_MACHINE) == 0 ? "account " : "", account);
    bool ours = uid == 0 || uid == (int64_t)geteuid();
    out->role = ours ? ROLE_ROOT : ROLE_LOCAL;
    if (!on_behalf || !on_behalf[0])
        return ERR_OK;
    if (!ours)
        return fault_set(fault, ERR_DENIED,
                         "%s may not act for others: only root and the daemon's own account may",
                         account);
    if (!name_is_plain(on_behalf))
        return fault_set(fault, ERR_INVALID,
                         "Anbu-On-Behalf-Of: a name has 1 to %d bytes, no brackets, quotes or "
                         "control characters, and is not \"" ALERT_WHO_MACHINE "\"",
                         REQUEST_NAME_MAX);
    (void)snprintf(out->who, sizeof out->who, "%.40s (by %.16s)", on_behalf, account);
    return ERR_OK;
}

enum err request_audit(struct request *request, const char *result, struct fault *fault)
{
    struct audit_entry entry = {
        .at_ms = clock_wall_ms(request->api->clock),
        .role = role_names[request->peer.role],
        .who = request->peer.who,
        .from = request->peer.from,
        .action = request->route->action ? request->route->action : request->route->path,
        .subject = buffer_view(&request->subject).at,
        .household = request->household,
        .why = request->why,
        .broke_glass = request->broke_glass,
        .result = result,
    };
    enum err err = audit_append(request->api->audit, &entry, fault);
    if (!err)
        anchor_keep(request->api);
    return err;
}

enum err request_intend(struct request *request, struct fault *fault)
{
    return request_audit(request, "intended", fault);
}

static enum err query_check(struct request *request, struct fault *fault)
{
    const char *why = request_query(request, "why");
    if (request->route->handle == handle_oidc_finish)
        return ERR_OK; /* providers add what they like (RFC 6749, 4.1.2) */
    for (size_t i = 0; i < request->query_count; i++) {
        char padded[36];
        (void)snprintf(padded, sizeof padded, " %s ", request->query[i].name);
        if (!strstr(request->route->query, padded) || strchr(request->query[i].name, ' '))
            return fault_set(fault, ERR_INVALID, "\"%s\" is no parameter of %s; it knows:%s",
                             request->query[i].name, request->route->path,
                             request->route->query[0] ? request->route->query : " none");
        const struct shape *shape = shape_of_query(request->route, request->query[i].name);
        enum err err = shape ? shape_check(shape, request->query[i].value, fault) : ERR_OK;
        if (err)
            return err;
    }
    if (why && !text_copy(text_of(why), request->why, sizeof request->why))
        return fault_set(fault, ERR_TOO_LARGE, "why: at most %d bytes", REQUEST_WHY_MAX);
    return ERR_OK;
}

static enum err deny_token(const struct request *request, struct answer *answer,
                           struct fault *fault)
{
    answer->status = request->visit.wait_s ? 429 : 401;
    answer->retry_after_s = request->visit.wait_s;
    if (request->visit.wait_s)
        return fault_set(fault, ERR_BUSY,
                         "too many wrong tokens from this address: try again in %d s",
                         request->visit.wait_s);
    if (request->visit.stopped)
        return fault_set(fault, ERR_DENIED,
                         "the account that made this token %s: have it made anew, or the account "
                         "set right (anbuctl token list)",
                         request->visit.stopped);
    return fault_set(fault, ERR_DENIED,
                     "the token is unknown, has expired or was revoked: anbuctl token list");
}

static enum err deny(const struct request *request, struct answer *answer, struct fault *fault)
{
    if (request->peer.role == ROLE_NOBODY && request->visit.bearer)
        return deny_token(request, answer, fault);
    answer->status = request->peer.role == ROLE_NOBODY ? 401 : 403;
    if (request->peer.role == ROLE_NOBODY)
        return fault_set(fault, ERR_DENIED, "nobody has signed in: POST /api/v1/session");
    if (request->peer.role == ROLE_NEWCOMER)
        return fault_set(fault, ERR_DENIED,
                         "first choose a password of your own: POST /api/v1/session/password");
    if (request->peer.role == ROLE_SERVICE && request->route->roles & 1u << ROLE_SERVICE)
        return fault_set(fault, ERR_DENIED,
                         "%s %s needs a token with another scope (docs/roles.md)",
                         request->route->method, request->route->path);
    return fault_set(fault, ERR_DENIED, "%s %s is not open to %s (%s)", request->route->method,
                     request->route->path, request->peer.who, role_names[request->peer.role]);
}

static enum err run(struct request *request, struct text raw_id, enum err identified,
                    struct answer *answer, struct fault *fault)
{
    char raw[sizeof request->id * 3];
    if (identified) {
        answer->status = identified == ERR_DENIED ? 403 : 0;
        return identified;
    }
    if (!route_opens(request->route, request->peer.role, request->scopes))
        return deny(request, answer, fault);
    if (raw_id.bytes > 0 && (!text_copy(raw_id, raw, sizeof raw) ||
                             !request_decode(raw, request->id, sizeof request->id)))
        return fault_set(fault, ERR_INVALID, "the id in the path is malformed or too long");
    bool repeated = false;
    enum err err = query_check(request, fault);
    if (!err)
        err = repeat_begin(request, answer, &repeated, fault);
    return err || repeated ? err : request->route->handle(request, answer, fault);
}

static void audit_outcome(struct request *request, enum err err, struct fault *fault,
                          struct answer *answer)
{
    struct buffer result = {0};
    struct fault audit_fault = {0};
    if (err)
        buffer_format(&result, "refused: %s", fault->text[0] ? fault->text : err_text(err));
    else
        buffer_format(&result, "ok%s%s", request->result.bytes ? ": " : "",
                      buffer_view(&request->result).at);
    if (buffer_view(&request->subject).bytes == 0)
        buffer_text(&request->subject, request->id);
    enum err failed = request_audit(request, result.at, &audit_fault);
    if (failed) {
        log_line(LOG_ERROR, "audit log cannot be written", "route=%s fault=\"%s\"",
                 request->route->path, audit_fault.text);
        /* What was done cannot be undone by silence: say so. */ answer->unsure =
            !err && strcmp(request->route->method, "GET") != 0;
        if (answer->unsure)
            (void)fault_set(fault, failed, "this was done, but could not be recorded: %s",
                            audit_fault.text);
        else
            (void)fault_set(fault, failed, "nothing is shown without a record: %s",
                            audit_fault.text);
        answer->status = 503;
        problem_make(failed, fault, answer);
    }
    buffer_done(&result);
}

void request_serve(struct request *request, const char *method, const char *raw_path,
                   enum err identified, struct fault *fault, struct answer *answer)
{
    struct text raw_id = {0};
    request->route = route_find(method, raw_path, &raw_id, answer->allow, sizeof answer->allow);
    if (!request->route) {
        answer->status = answer->allow[0] ? 405 : 404;
        (void)fault_set(fault, ERR_NOT_FOUND, "%s %.200s is not known; GET /api/v1 lists what is",
                        method, raw_path);
        problem_make(ERR_NOT_FOUND, fault, answer);
        return;
    }
    enum err err = run(request, raw_id, identified, answer, fault);
    if (!err && answer->waits)
        return; /* it is called again */
    if (err)
        problem_make(err, fault, answer);
    else if (answer->status == 0)
        answer->status = 200;
    if (err && answer->status >= 500)
        log_line(LOG_WARNING, "request failed", "route=\"%s %s\" status=%u fault=\"%s\"", method,
                 request->route->path, answer->status, fault->text);
    /* Who has no session could fill the disk with records: those are counted by the proxy. */
    bool stranger = (answer->status == 401 && request->route->handle != handle_session_begin) ||
                    request->visit.wait_s || request->unproven ||
                    (err && request->route->handle == handle_oidc_finish &&
                     buffer_view(&request->subject).bytes == 0);
    if ((request->route->action || answer->status == 403) && !stranger)
        audit_outcome(request, err, fault, answer);
    repeat_end(request, answer);
}
