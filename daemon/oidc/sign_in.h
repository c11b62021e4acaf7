/* SPDX-License-Identifier: Apache-2.0
 *
 * Sign-ins by a provider that are under way: a thread of its own talks with it, so that nobody else
 * waits. What is asked for is handed over and comes back when it is done; at most SIGN_INS_MAX at
 * once. Called by the API's thread alone.
 */
#ifndef ANBU_OIDC_SIGN_IN_H
#define ANBU_OIDC_SIGN_IN_H

#include "oidc/provider.h"

#define SIGN_INS_MAX 16

/* Belongs to whoever asks, but between sign_ins_ask and sign_ins_done to the thread. */
struct sign_in {
    bool finish; /* false: where to send the browser; true: whose the code is */
    struct provider_secrets secrets;
    char cookie[128]; /* of the browser; not looked at here */
    char code[PROVIDER_CODE_MAX];
    bool issuer_told;
    /* What came of it. */
    enum err err;
    struct fault fault;
    struct buffer url;
    struct id_token_person person;
    void *waiter; /* whom it is for */
    struct sign_in *next;
};
void sign_in_free(struct sign_in *sign_in); /* NULL is fine */

struct sign_ins;
NODISCARD enum err sign_ins_new(const struct provider_options *options, struct sign_ins **out,
                                struct fault *fault);
/* The provider's name. */
const char *sign_ins_issuer(const struct sign_ins *sign_ins);
/* Readable while something is done. */
int sign_ins_fd(const struct sign_ins *sign_ins);
/* ERR_BUSY: too many are under way. */
NODISCARD enum err sign_ins_ask(struct sign_ins *sign_ins, struct sign_in *sign_in,
                                struct fault *fault);
/* The next that is done; NULL: none. */
struct sign_in *sign_ins_done(struct sign_ins *sign_ins);
/* What is under way is given up, and done: take it before sign_ins_free. */
void sign_ins_stop(struct sign_ins *sign_ins);
void sign_ins_free(struct sign_ins *sign_ins); /* NULL is fine */

#endif
