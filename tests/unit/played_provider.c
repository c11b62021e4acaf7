/* SPDX-License-Identifier: Apache-2.0 */
#include "played_provider.h"

#include <check.h>
#include <jansson.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_world.h"
#include "console/request.h"
#include "jose.h"

static struct {
    struct MHD_Daemon *server;
    pthread_mutex_t lock;
    char issuer[64], nonce[80], challenge[80], name[64], subject[300], groups[400], code[64],
        redirect[200];
    struct jose_key *key;
    enum pp_manner manner;
    int keys_made, codes_made;
    bool tells_issuer;
    int discovery, keys, token;
    struct MHD_Connection *hung[8];
    size_t hung_count;
} pp = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct exchange {
    struct buffer body;
};

/* A member of a form or of a URL's query. */
static bool member(const char *text, const char *name, char *out, size_t out_bytes)
{
    char raw[2000];
    size_t bytes = strlen(name);
    for (const char *at = text; at; at = strchr(at, '&') ? strchr(at, '&') + 1 : NULL)
        if (strncmp(at, name, bytes) == 0 && at[bytes] == '=') {
            const char *value = at + bytes + 1;
            return text_copy((struct text){value, strcspn(value, "&")}, raw, sizeof raw) &&
                   request_decode(raw, out, out_bytes);
        }
    return false;
}

static void describe(struct buffer *out)
{
    const char *odd = pp.manner == PP_PLAIN_TALK ? "\\r\\nSet-Cookie: x=y" : "";
    buffer_format(out,
                  "{\"issuer\":\"%s%s\",\"authorization_endpoint\":\"%s/authorize%s\","
                  "\"token_endpoint\":\"%s/token\",\"jwks_uri\":\"%s/keys\","
                  "\"authorization_response_iss_parameter_supported\":%s}",
                  pp.issuer, pp.manner == PP_OTHER_ISSUER ? "/other" : "", pp.issuer, odd,
                  pp.issuer, pp.issuer, pp.tells_issuer ? "true" : "false");
    for (int i = 0; pp.manner == PP_FLOODS && i < 100000; i++)
        buffer_text(out, "          ");
}

static void show_keys(struct buffer *out)
{
    json_t *keys = jose_public(pp.key);
    char *text = json_dumps(keys, JSON_COMPACT);
    buffer_text(out, text);
    free(text);
    json_decref(keys);
}

static bool client_is_right(const char *authorization)
{
    char pair[200] = "";
    size_t bytes = 0;
    if (!authorization || strncmp(authorization, "Basic ", 6) != 0 ||
        sodium_base642bin((unsigned char *)pair, sizeof pair - 1, authorization + 6,
                          strlen(authorization + 6), NULL, &bytes, NULL,
                          sodium_base64_VARIANT_ORIGINAL))
        return false;
    return strcmp(pair, "anbu%20desk:s3cret%2Fof%2Bthe%3Adesk") == 0;
}

/* The verifier is what the challenge was made of. */
static bool code_is_right(const char *form)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char code[64], verifier[200], redirect[200], challenge[80];
    if (!member(form, "code", code, sizeof code) || strcmp(code, pp.code) != 0 ||
        !member(form, "redirect_uri", redirect, sizeof redirect) ||
        strcmp(redirect, pp.redirect) != 0 ||
        !member(form, "code_verifier", verifier, sizeof verifier) || strlen(verifier) < 43)
        return false;
    pp.code[0] = '\0';
    (void)crypto_hash_sha256(hash, (const unsigned char *)verifier, strlen(verifier));
    (void)sodium_bin2base64(challenge, sizeof challenge, hash, sizeof hash,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return strcmp(challenge, pp.challenge) == 0;
}

static void token_make(struct buffer *out)
{
    struct buffer claims = {0};
    char id[16];
    (void)snprintf(id, sizeof id, "k%d", pp.keys_made);
    long long now_s = clock_wall_ms(&aw_now) / 1000;
    buffer_format(&claims,
                  "{\"iss\":\"%s\",\"aud\":\"" PP_CLIENT "\",\"sub\":\"%s\",\"exp\":%lld,"
                  "\"iat\":%lld,\"nonce\":\"%s%s\",\"preferred_username\":\"%s\"%s%s}",
                  pp.issuer, pp.subject, now_s + 300, now_s, pp.nonce,
                  pp.manner == PP_OTHER_NONCE ? "x" : "", pp.name,
                  pp.groups[0] ? ",\"groups\":" : "", pp.groups);
    char *text =
        pp.manner == PP_UNSIGNED
            ? jose_forge("{\"alg\":\"none\"}", claims.at, "")
            : jose_sign(pp.key, json_pack("{s:s,s:s}", "alg", "ES256", "kid", id), claims.at);
    buffer_format(out, "{\"access_token\":\"a\",\"token_type\":\"Bearer\"");
    if (pp.manner != PP_NO_TOKEN)
        buffer_format(out, ",\"id_token\":\"%s\"", text);
    buffer_text(out, "}");
    free(text);
    buffer_done(&claims);
}

static unsigned give_token(const char *authorization, const char *form, struct buffer *out)
{
    pp.token++;
    if (!client_is_right(authorization) || pp.manner == PP_REFUSES_CLIENT) {
        buffer_text(out, "{\"error\":\"invalid_client\"}");
        return 401;
    }
    if (!code_is_right(form)) {
        buffer_text(out, "{\"error\":\"invalid_grant\"}");
        return 400;
    }
    token_make(out);
    return 200;
}

static unsigned answer_make(const char *path, const char *authorization, const char *form,
                            struct buffer *out)
{
    if (pp.manner == PP_FAILS) {
        buffer_text(out, "{}");
        return 500;
    }
    if (strcmp(path, "/.well-known/openid-configuration") == 0) {
        pp.discovery++;
        describe(out);
    } else if (strcmp(path, "/keys") == 0) {
        pp.keys++;
        show_keys(out);
    } else if (strcmp(path, "/token") == 0) {
        return give_token(authorization, form, out);
    } else {
        return 404;
    }
    return 200;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
                                  const char *path, const char *method, const char *version,
                                  const char *piece, size_t *piece_bytes, void **state)
{
    struct exchange *exchange = *state;
    struct buffer out = {0};
    (void)context;
    (void)method;
    (void)version;
    if (!exchange) {
        *state = memory_get(sizeof *exchange);
        return MHD_YES;
    }
    if (*piece_bytes) {
        buffer_add(&exchange->body, piece, *piece_bytes);
        *piece_bytes = 0;
        return MHD_YES;
    }
    (void)pthread_mutex_lock(&pp.lock);
    bool hangs = pp.manner == PP_HANGS;
    unsigned status =
        hangs
            ? 0
            : answer_make(path,
                          MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization"),
                          buffer_view(&exchange->body).at, &out);
    (void)pthread_mutex_unlock(&pp.lock);
    if (hangs) {
        (void)pthread_mutex_lock(&pp.lock);
        ck_assert_uint_lt(pp.hung_count, sizeof pp.hung / sizeof pp.hung[0]);
        MHD_suspend_connection(connection);
        pp.hung[pp.hung_count++] = connection;
        (void)pthread_mutex_unlock(&pp.lock);
        return MHD_YES;
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer(out.bytes, out.at, MHD_RESPMEM_MUST_FREE);
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    struct exchange *exchange = *state;
    (void)context;
    (void)connection;
    (void)code;
    if (exchange)
        buffer_done(&exchange->body);
    free(exchange);
    *state = NULL;
}

void pp_start(void)
{
    struct sockaddr_in loopback = {.sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    pp.server = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0,
                                 NULL, NULL, on_request, NULL, MHD_OPTION_SOCK_ADDR, &loopback,
                                 MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_END);
    ck_assert_ptr_nonnull(pp.server);
    (void)snprintf(pp.issuer, sizeof pp.issuer, "http://127.0.0.1:%u",
                   MHD_get_daemon_info(pp.server, MHD_DAEMON_INFO_BIND_PORT)->port);
    pp.manner = PP_HONEST;
    pp_subject("1");
    pp_groups("");
    pp.key = jose_curve("k0");
}

void pp_stop(void)
{
    (void)pthread_mutex_lock(&pp.lock);
    pp.manner = PP_HONEST;
    while (pp.hung_count > 0)
        MHD_resume_connection(pp.hung[--pp.hung_count]);
    (void)pthread_mutex_unlock(&pp.lock);
    MHD_stop_daemon(pp.server);
    jose_free(pp.key);
}

const char *pp_issuer(void)
{
    return pp.issuer;
}

void pp_behave(enum pp_manner manner)
{
    (void)pthread_mutex_lock(&pp.lock);
    pp.manner = manner;
    (void)pthread_mutex_unlock(&pp.lock);
}

void pp_subject(const char *subject)
{
    (void)pthread_mutex_lock(&pp.lock);
    (void)snprintf(pp.subject, sizeof pp.subject, "%s", subject);
    (void)pthread_mutex_unlock(&pp.lock);
}

void pp_groups(const char *json)
{
    (void)pthread_mutex_lock(&pp.lock);
    (void)snprintf(pp.groups, sizeof pp.groups, "%s", json);
    (void)pthread_mutex_unlock(&pp.lock);
}

void pp_tell_issuer(void)
{
    (void)pthread_mutex_lock(&pp.lock);
    pp.tells_issuer = true;
    (void)pthread_mutex_unlock(&pp.lock);
}

void pp_new_keys(void)
{
    char id[16];
    (void)pthread_mutex_lock(&pp.lock);
    jose_free(pp.key);
    (void)snprintf(id, sizeof id, "k%d", ++pp.keys_made);
    pp.key = jose_curve(id);
    (void)pthread_mutex_unlock(&pp.lock);
}

void pp_sign_in(const char *url, const char *name, char code[64])
{
    char method[10], client[40];
    const char *query = strchr(url, '?');
    ck_assert_ptr_nonnull(query);
    (void)pthread_mutex_lock(&pp.lock);
    ck_assert(member(query + 1, "nonce", pp.nonce, sizeof pp.nonce));
    ck_assert(member(query + 1, "code_challenge", pp.challenge, sizeof pp.challenge));
    ck_assert(member(query + 1, "redirect_uri", pp.redirect, sizeof pp.redirect));
    ck_assert(member(query + 1, "code_challenge_method", method, sizeof method));
    ck_assert(member(query + 1, "client_id", client, sizeof client));
    ck_assert_str_eq(method, "S256");
    ck_assert_str_eq(client, PP_CLIENT);
    (void)snprintf(pp.name, sizeof pp.name, "%s", name);
    (void)snprintf(pp.code, sizeof pp.code, "code-%d", ++pp.codes_made);
    (void)snprintf(code, 64, "%s", pp.code);
    (void)pthread_mutex_unlock(&pp.lock);
}

int pp_asked(const char *path)
{
    (void)pthread_mutex_lock(&pp.lock);
    int count = strcmp(path, "keys") == 0        ? pp.keys
                : strcmp(path, "discovery") == 0 ? pp.discovery
                                                 : pp.token;
    (void)pthread_mutex_unlock(&pp.lock);
    return count;
}
