/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/precision.h"

#include "detectors/num.h"

#define Z 1.959964 /* of 95 % */

const enum worth precision_worths[OUTCOME_COUNT] = {
    [OUTCOME_SAFE] = FALSE_ALARM,
    [OUTCOME_HELPED] = WORTH_IT,
    [OUTCOME_REFERRED_ONWARD] = WORTH_IT,
    [OUTCOME_HOSPITAL] = WORTH_IT,
    [OUTCOME_DECEASED] = WORTH_IT,
    [OUTCOME_MOVED] = FALSE_ALARM,
    [OUTCOME_ABSENCE] = FALSE_ALARM,
    [OUTCOME_METER_FAULT] = FALSE_ALARM,
    [OUTCOME_LEAK] = WORTH_IT,
    [OUTCOME_OTHER] = NOT_COUNTED,
};

void precision_add(struct precision *precision, enum outcome outcome)
{
    precision->judged += precision_worths[outcome] != NOT_COUNTED;
    precision->worth += precision_worths[outcome] == WORTH_IT;
}

static double root(double x)
{
    return x > 0.0 ? num_exp(num_log(x) / 2.0) : 0.0;
}

/* Wilson (1927): holds for few outcomes and for shares near 0, too. */
void precision_judge(struct precision *precision)
{
    double n = precision->judged, z2 = Z * Z;
    precision->low = 0.0;
    precision->high = 1.0;
    if (n > 0.0) {
        double p = precision->worth / n;
        double middle = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
        double half = Z / (1.0 + z2 / n) * root(p * (1.0 - p) / n + z2 / (4.0 * n * n));
        precision->low = middle - half > 0.0 ? middle - half : 0.0;
        precision->high = middle + half < 1.0 ? middle + half : 1.0;
    }
}
