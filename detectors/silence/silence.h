/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ANBU_DETECTORS_SILENCE_H
#define ANBU_DETECTORS_SILENCE_H

struct detector;
extern const struct detector detector_silence; /* its page: silence.md */

#endif
