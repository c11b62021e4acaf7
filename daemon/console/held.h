/* SPDX-License-Identifier: Apache-2.0
 *
 * How many alerts each incident holds back. Only a look at every live alert says it, which in an
 * outage, when many ask, are thousands: what was counted serves for four times as long as counting
 * took, so that all askers together cost at most a fifth of the API's thread.
 */
#ifndef ANBU_CONSOLE_HELD_H
#define ANBU_CONSOLE_HELD_H

#include "alert/alert.h"
#include "base/err.h"
#include "console/account.h"

struct api;
struct held {
    struct held_row {
        char incident[ALERT_ID_MAX];
        char area[MESSAGE_ID_MAX + 1]; /* of the alerts; a feeder may cross several */
        uint32_t teams;                /* whose lists they stand on (bits) */
        long long alerts;
    } * rows;
    size_t count;
    int64_t until_ms; /* monotonic: what was counted serves */
};

/* Counts api->held, unless what it knows still serves. */
NODISCARD enum err held_count(struct api *api, struct fault *fault);
/* Whether it holds one that is on the account's list, as far as was counted. */
bool held_sees(const struct held *held, const struct account *account, const char *incident);
long long held_of(const struct held *held, const char *incident);
void held_done(struct held *held);

#endif
