/* SPDX-License-Identifier: Apache-2.0
 *
 * THE list of detectors. Order is the order of their state in the household record: append only, or
 * raise RECORD_VERSION.
 */
#include "detectors/arrears/arrears.h"
#include "detectors/cold/cold.h"
#include "detectors/cutoff/cutoff.h"
#include "detectors/decline/decline.h"
#include "detectors/detector.h"
#include "detectors/drop/drop.h"
#include "detectors/flow/flow.h"
#include "detectors/habits/habits.h"
#include "detectors/silence/silence.h"

const struct detector *const detectors[] = {
    &detector_silence, &detector_drop,    &detector_arrears, &detector_cutoff,
    &detector_flow,    &detector_decline, &detector_routine, &detector_cold,
};
const size_t detector_count = sizeof detectors / sizeof detectors[0];
_Static_assert(sizeof detectors / sizeof detectors[0] <= DETECTOR_COUNT_MAX, "too many detectors");
