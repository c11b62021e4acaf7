/* SPDX-License-Identifier: Apache-2.0
 *
 * Sign-in by the agency's provider: authorisation code with PKCE. The browser keeps one secret, in
 * a cookie of its own for ten minutes; state, nonce and PKCE's verifier are hashes of it, so that
 * an answer is of this browser and of this sign-in or of none. The store remembers which were used.
 * On the API's thread; the provider is asked on another (oidc/sign_in.h).
 */
#ifndef ANBU_CONSOLE_OIDC_H
#define ANBU_CONSOLE_OIDC_H

#include "console/request.h"
#include "oidc/sign_in.h"

#define OIDC_COOKIE "anbu_oidc"

/* api->sign_ins, where there is a provider. settings: borrowed. */
NODISCARD enum err oidc_start(struct api *api, const struct settings *settings,
                              struct fault *fault);

/* Whether a person sees the answer as it is. */
bool oidc_is_by_browser(const struct request *request);
/* Makes a page of a problem. */
void oidc_page(struct answer *answer);

#endif
