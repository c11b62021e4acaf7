/* SPDX-License-Identifier: Apache-2.0 */
#include "counts.h"

#define NAME(constant, name) [constant] = name,
const char *const stage_names[STAGE_COUNT] = {STAGES(NAME)};
const char *const trip_names[TRIP_COUNT] = {TRIPS(NAME)};
const char *const budget_of_names[BUDGET_OF_COUNT] = {BUDGET_OF(NAME)};

unsigned long long counts_messages(const struct worker_counts *counts)
{
    unsigned long long sum = 0;
    for (int i = 0; i < MESSAGE_TYPE_COUNT; i++)
        sum += counts->messages[i];
    return sum;
}

unsigned long long counts_readings(const struct worker_counts *counts, enum utility utility)
{
    unsigned long long sum = 0;
    for (int i = 0; i < QUALITY_COUNT; i++)
        sum += counts->readings[utility][i];
    return sum;
}

unsigned long long counts_failures(const struct worker_counts *counts)
{
    unsigned long long sum = 0;
    for (int i = 0; i < ERR_COUNT; i++)
        sum += counts->failures[i];
    return sum;
}
