/* SPDX-License-Identifier: Apache-2.0
 *
 * What a sink does without any I/O: which events it is told of, how a webhook is signed (Standard
 * Webhooks 1.0), what its answer means, how long to wait before the next try.
 */
#ifndef ANBU_DELIVERY_WEBHOOK_H
#define ANBU_DELIVERY_WEBHOOK_H

#include <jansson.h>

#include "base/err.h"
#include "base/text.h"
#include "config/config.h"

/* Whether the sink is told of this event of anbu.alerts: by team, severity and area, with
 * `channels` only when a step of a ladder by one of them has come due, and never while an area
 * incident holds the alert. ERR_INVALID: it is no event of ours. */
NODISCARD enum err sink_takes(const struct config_sink *sink, struct text event, bool *takes,
                              struct fault *fault);

/* The step of a ladder that an event's alert has come to with it, by one of these channels (a
 * mask); NULL: the event tells of something else. */
const json_t *sink_due_step(uint32_t channels, const json_t *data);

/* An event of no home and no alert, by which a sink is tried: type anbu.test. */
void sink_test_event(const char *sink, const char *id, int64_t at_s, struct buffer *out);

/* "v1,..." over ID.SECONDS.BODY. */
void webhook_sign(struct text key, const char *id, int64_t at_s, struct text body,
                  struct buffer *out);

/* The headers of Standard Webhooks, as they came. */
struct webhook_headers {
    const char *id, *timestamp, *signature; /* NULL: absent */
};
/* Whether one of the signatures is of this key, and its time within five minutes of now_s. In
 * constant time for each. */
bool webhook_verify(struct text key, const struct webhook_headers *headers, int64_t now_s,
                    struct text body);

/* ERR_OK: taken. ERR_CONFIG: it wants no more. ERR_INVALID: never this one. ERR_BUSY: later. */
NODISCARD enum err webhook_answer(long status, struct fault *fault);

/* The wait after so many tries in vain (1 and up): twice as long each, and between half of that and
 * all of it by chance, so that sinks do not knock together. Not shorter than was asked for (0: it
 * was not), as far as retry_max. *chance: of whoever asks. */
int64_t sink_wait_ms(const struct config_sink *sink, unsigned tries, int64_t asked_s,
                     uint64_t *chance);

#endif
