/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ANBU_DETECTORS_ARREARS_H
#define ANBU_DETECTORS_ARREARS_H

struct detector;
extern const struct detector detector_arrears; /* its page: arrears.md */

#endif
