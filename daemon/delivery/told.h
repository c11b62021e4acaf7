/* SPDX-License-Identifier: Apache-2.0
 *
 * What one of `sinks` is told of an event: a copy of what stands in anbu.alerts, without the hours
 * of its evidence unless the sink has `hours`, its reasons in the sink's language, and for message
 * gateways what is to be written to whom a step is for, in every language, and who that is: then
 * nothing else of the alert but its id and the step. Pure.
 */
#ifndef ANBU_DELIVERY_TOLD_H
#define ANBU_DELIVERY_TOLD_H

#include "base/err.h"
#include "base/text.h"
#include "config/config.h"
#include "delivery/addressee.h"

struct told {
    const struct config *config;
    const struct config_sink *rules;
    const struct addressees *to; /* NULL: the sink has no `directory` */
};

/* Appends to *out: the event byte for byte where there is nothing to change. ERR_INVALID: it cannot
 * be read, so that nothing may go out. */
NODISCARD enum err told_write(const struct told *told, struct text event, struct buffer *out,
                              struct fault *fault);

#endif
