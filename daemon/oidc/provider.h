/* SPDX-License-Identifier: Apache-2.0
 *
 * A provider of OpenID Connect, as its discovery document describes it, and the two things that are
 * asked of it: where a browser is sent, and whose a code is. Blocks on the network, with time
 * limits; belongs to one thread.
 */
#ifndef ANBU_OIDC_PROVIDER_H
#define ANBU_OIDC_PROVIDER_H

#include <stdatomic.h>

#include "base/clock.h"
#include "oidc/id_token.h"

#define PROVIDER_CODE_MAX 2048 /* bytes of a code, with the terminator */
#define PROVIDER_HASH     65   /* 32 bytes in hex, terminated */

/* All borrowed. */
struct provider_options {
    const char *issuer, *client_id, *client_secret;
    const char *redirect_url, *scope, *claim, *groups_claim;
    const char *ca; /* "": the machine's own */
    long timeout_ms;
    const struct clock *clock;
};

struct provider;
struct provider *provider_new(const struct provider_options *options, const atomic_bool *stopping);
void provider_free(struct provider *provider);
const char *provider_issuer(const struct provider *provider); /* any thread */

/* Of one sign-in, from its first request to its last. */
struct provider_secrets {
    char state[PROVIDER_HASH], nonce[PROVIDER_HASH], verifier[PROVIDER_HASH];
};

/* ERR_UNREACHABLE, ERR_TIMEOUT; ERR_CONFIG: what it says of itself cannot be used. */
NODISCARD enum err provider_url(struct provider *provider, const struct provider_secrets *secrets,
                                struct buffer *out, struct fault *fault);

struct provider_code {
    const char *code;
    bool issuer_told; /* the answer named its issuer, and it was ours */
};
/* Also ERR_DENIED: the code, or what it was changed for, is not good. */
NODISCARD enum err provider_person(struct provider *provider, const struct provider_code *code,
                                   const struct provider_secrets *secrets,
                                   struct id_token_person *out, struct fault *fault);

#endif
