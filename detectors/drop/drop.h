/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ANBU_DETECTORS_DROP_H
#define ANBU_DETECTORS_DROP_H

struct detector;
extern const struct detector detector_drop; /* its page: drop.md */

#endif
