/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ANBU_DETECTORS_DECLINE_H
#define ANBU_DETECTORS_DECLINE_H

struct detector;
extern const struct detector detector_decline; /* its page: decline.md */

#endif
