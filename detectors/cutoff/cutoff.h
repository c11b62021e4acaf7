/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ANBU_DETECTORS_CUTOFF_H
#define ANBU_DETECTORS_CUTOFF_H

struct detector;
extern const struct detector detector_cutoff; /* its page: cutoff.md */

#endif
