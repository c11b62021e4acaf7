/* SPDX-License-Identifier: Apache-2.0
 *
 * Signed tokens and keys as a provider of OpenID Connect makes them, and as a forger would.
 */
#ifndef ANBU_TESTS_JOSE_H
#define ANBU_TESTS_JOSE_H

#include <jansson.h>
#include <stddef.h>

struct jose_key;
struct jose_key *jose_rsa(size_t bits, const char *id);
struct jose_key *jose_curve(const char *id); /* P-256 */
void jose_free(struct jose_key *key);
/* The public half, as a set of one; more keys are appended to `keys` of it. */
json_t *jose_public(const struct jose_key *key);
/* The caller frees it. `head` is taken over: {"alg":"RS256",...}. */
char *jose_sign(const struct jose_key *key, json_t *head, const char *payload);
/* By a shared secret: any bytes. */
char *jose_sign_secret(const char *secret, const char *head, const char *payload);
/* base64url of the parts, and whatever stands for a signature. */
char *jose_forge(const char *head, const char *payload, const char *signature);

#endif
