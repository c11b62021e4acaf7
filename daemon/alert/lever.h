/* SPDX-License-Identifier: Apache-2.0
 *
 * The one option of a detector by which its load is set (config/option.h, `lever`), and to what it
 * would go. Pure.
 */
#ifndef ANBU_ALERT_LEVER_H
#define ANBU_ALERT_LEVER_H

#include <jansson.h>

#include "detectors/detector.h"

#define LEVER_VALUE_MAX 32

struct lever_change {
    const struct option *option;
    char from[LEVER_VALUE_MAX], to[LEVER_VALUE_MAX]; /* as in YAML; to "": it goes no further */
};

/* NULL: none. */
const struct option *lever_of(const struct detector *detector);

/* So that it tells about `factor` times as much. A number follows the factor, months go one step, a
 * switch is thrown. options: the daemon's ([{"name","value"}]), where it says nothing the default;
 * what the table or another option forbids is not proposed. False: no lever. */
bool lever_change(const struct detector *detector, const json_t *options, double factor,
                  struct lever_change *out);

#endif
