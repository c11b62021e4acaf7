/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ANBU_DETECTORS_COLD_H
#define ANBU_DETECTORS_COLD_H

struct detector;
extern const struct detector detector_cold; /* its page: cold.md */

#endif
