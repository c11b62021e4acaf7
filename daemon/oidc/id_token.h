/* SPDX-License-Identifier: Apache-2.0
 *
 * An ID token of OpenID Connect (a JWT): whose it is, if it is good. Signatures are cjose's; which
 * of them count is decided here: RSA and elliptic curves of the provider's own keys, never "none",
 * never a shared secret. Pure; any thread.
 */
#ifndef ANBU_OIDC_ID_TOKEN_H
#define ANBU_OIDC_ID_TOKEN_H

#include <jansson.h>

#include "base/err.h"
#include "base/text.h"

#define ID_TOKEN_KEYS_MAX    32    /* of a provider, looked at */
#define ID_TOKEN_SKEW_S      60    /* its clock and ours may differ so much */
#define ID_TOKEN_AGE_S       600   /* it was made for this sign-in */
#define ID_TOKEN_NAME_MAX    64    /* bytes of an account's name */
#define ID_TOKEN_SUBJECT_MAX 256   /* bytes of a subject (255 by OpenID Connect Core) */
#define ID_TOKEN_MAX         65536 /* bytes of the token: some tell hundreds of groups */

/* Who has signed in there. */
struct id_token_person {
    char name[ID_TOKEN_NAME_MAX];       /* of the account here; the provider may give it anew */
    char subject[ID_TOKEN_SUBJECT_MAX]; /* of the provider, never anybody else's */
    struct buffer
        groups; /* texts one behind the other, each terminated; what is none is left out */
};
void id_token_person_done(struct id_token_person *person);
bool id_token_in_group(const struct id_token_person *person, const char *group);

/* What it must say; all borrowed. */
struct id_token_rules {
    const char *issuer, *client_id, *nonce;
    const char *claim;        /* that names the account */
    const char *groups_claim; /* a text, or a list of them */
    int64_t now_s;
};

/* keys: the provider's, a JWK set. ERR_NOT_FOUND: none of them is the one that it names;
 * ERR_DENIED: it is not good. Faults name the check and hold nothing of the token. */
NODISCARD enum err id_token_check(struct text token, const json_t *keys,
                                  const struct id_token_rules *rules, struct id_token_person *out,
                                  struct fault *fault);

#endif
