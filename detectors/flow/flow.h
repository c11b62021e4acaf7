/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ANBU_DETECTORS_FLOW_H
#define ANBU_DETECTORS_FLOW_H

struct detector;
extern const struct detector detector_flow; /* its page: flow.md */

#endif
