/* SPDX-License-Identifier: Apache-2.0 */
#include "console/away.h"

enum err away_say(enum err err, const char *not_done, struct fault *fault)
{
    struct fault why = *fault;
    if (err != ERR_UNREACHABLE && err != ERR_TIMEOUT && err != ERR_BUSY && err != ERR_DENIED)
        return err;
    return fault_set(fault, err,
                     "%s: Anbu's state store is not available. Try again in a minute; if it stays "
                     "so, tell whoever runs Anbu (%s)",
                     not_done, why.text[0] ? why.text : err_text(err));
}
