/* SPDX-License-Identifier: Apache-2.0
 *
 * A provider of OpenID Connect on loopback, honest or not: discovery, keys, and a token endpoint
 * that checks the client, the code and PKCE. A thread of its own; one at a time.
 */
#ifndef ANBU_TESTS_PLAYED_PROVIDER_H
#define ANBU_TESTS_PLAYED_PROVIDER_H

#include <stdbool.h>

#define PP_CLIENT "anbu desk"
#define PP_SECRET "s3cret/of+the:desk"

/* How it behaves; set between requests. */
enum pp_manner {
    PP_HONEST,
    PP_FAILS,          /* 500 to everything */
    PP_HANGS,          /* takes a request and never answers */
    PP_OTHER_ISSUER,   /* discovery is of another */
    PP_PLAIN_TALK,     /* discovery names endpoints with odd characters */
    PP_FLOODS,         /* discovery without an end */
    PP_OTHER_NONCE,    /* the ID token is of another sign-in */
    PP_UNSIGNED,       /* ... has the algorithm "none" */
    PP_REFUSES_CLIENT, /* invalid_client */
    PP_NO_TOKEN,       /* an answer without an ID token */
};

void pp_start(void);
void pp_stop(void);
const char *pp_issuer(void);
void pp_behave(enum pp_manner manner);
void pp_subject(const char *subject); /* of whoever signs in next; "1" unless set */
void pp_groups(const char *json);     /* the claim `groups` of the same; "" none */
void pp_tell_issuer(void);            /* its answers name it: RFC 9207 */
void pp_new_keys(void);
/* What its page does when somebody has signed in there: the code for what was asked at `url`. */
void pp_sign_in(const char *url, const char *name, char code[64]);
int pp_asked(const char *path); /* how often */

#endif
