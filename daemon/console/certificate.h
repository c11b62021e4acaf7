/* SPDX-License-Identifier: Apache-2.0
 *
 * The door's certificate and key, read again when their files have changed: a new pair is shown to
 * whoever connects next, connections that are open stay as they are. A pair that is not good
 * changes nothing and is said in the log. On the API's thread.
 */
#ifndef ANBU_CONSOLE_CERTIFICATE_H
#define ANBU_CONSOLE_CERTIFICATE_H

#include "base/err.h"
#include "base/text.h"
#include "detectors/vocabulary.h"

struct certificate;
/* Both files (PEM), read and found to belong together; the paths are borrowed. */
NODISCARD enum err certificate_open(const char *path, const char *key_path,
                                    struct certificate **out, struct fault *fault);
/* Looks whether the files have changed: now, or when a second has passed. */
void certificate_look(struct certificate *certificate);
void certificate_look_now_and_then(struct certificate *certificate);

#define CERTIFICATE_SOON_S (14 * INT64_C(86400)) /* to renew it in */
/* X(constant, name) */
#define CERTIFICATE_STATES(X)        \
    X(CERTIFICATE_GOOD, "good")      \
    X(CERTIFICATE_SOON, "ends soon") \
    X(CERTIFICATE_OVER, "is over")
enum certificate_state { CERTIFICATE_STATES(VOCABULARY_CONSTANT) CERTIFICATE_STATE_COUNT };
extern const char *const certificate_state_names[CERTIFICATE_STATE_COUNT];
enum certificate_state certificate_state(int64_t ends_s, int64_t now_s);
/* When the one in force ends, in seconds since 1970. */
int64_t certificate_ends_s(const struct certificate *certificate);
/* Says in the log, once each, that it ends soon or is over. */
void certificate_tell(struct certificate *certificate, int64_t now_s);
/* For MHD_OPTION_HTTPS_CERT_CALLBACK2: looks, and gives what is in force. */
void *certificate_callback(struct certificate *certificate);
void certificate_free(struct certificate *certificate); /* NULL is fine */

#endif
