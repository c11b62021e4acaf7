/* SPDX-License-Identifier: Apache-2.0
 *
 * What machines ask: GET /metrics, /healthz and /readyz on a TCP port of their own, loopback unless
 * the configuration says otherwise. Nothing here tells of a household, nothing can be changed here,
 * and no page waits for anybody: it shows what is known. One thread, libmicrohttpd's.
 */
#ifndef ANBU_CONSOLE_PROBE_H
#define ANBU_CONSOLE_PROBE_H

#include <stdbool.h>

#include "base/address.h"
#include "base/err.h"
#include "base/text.h"

/* Called on the server's thread; they append a page. False: 503. */
struct probe_pages {
    void *host;
    void (*metrics)(void *host, struct buffer *out);
    bool (*healthy)(void *host, struct buffer *out);
    bool (*ready)(void *host, struct buffer *out);
};

struct probe;
/* listen: as address.h has it. ERR_BUSY: somebody else listens there. */
NODISCARD enum err probe_start(const char *listen, const struct probe_pages *pages,
                               struct probe **out, struct fault *fault);
/* Where it listens in truth, the kernel's port in place of 0. */
const char *probe_address(const struct probe *probe);
void probe_stop(struct probe *probe); /* NULL is fine */

#endif
