/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ANBU_DETECTORS_HABITS_H
#define ANBU_DETECTORS_HABITS_H

struct detector;
extern const struct detector detector_routine; /* its page: routine.md */

#endif
