/* SPDX-License-Identifier: Apache-2.0 */
#include "detectors/silence/week.h"

#define UNKNOWN    (-1)
#define NIGHTS_MIN 6 /* hours of nights in a week that tell of them */
#define FAR_ABOVE  4 /* codes: 1.4 times */

/* The hours of a week, the newest first: codes, UNKNOWN where nothing vouches for one. */
struct week {
    int code[VIEW_HOURS];
    int night_top; /* the second highest hour of its nights */
    double night_swing;
    double roughness; /* from one hour to the next */
};

static int distance(int a, int b)
{
    return a > b ? a - b : b - a;
}

/* Nothing at all is one octave below the least, as in `level`. */
static int least_code(const struct routine *routine)
{
    return routine->lowest > 8 ? routine->lowest - 8 : 0;
}

/* How rough the newest hours are: the mean step from one to the next. */
static double roughness_of(const struct week *week, int hours)
{
    int steps = 0, sum = 0;
    for (int k = 1; k < hours; k++)
        if (week->code[k] != UNKNOWN && week->code[k - 1] != UNKNOWN) {
            sum += distance(week->code[k], week->code[k - 1]);
            steps++;
        }
    return steps ? (double)sum / steps : 0.0;
}

/* False where there are too few nights. */
static bool look_at_nights(struct week *week, const int *night, int nights)
{
    int top = 0, sum = 0;
    double swing = 0.0;
    if (nights < NIGHTS_MIN)
        return false;
    for (int i = 0; i < nights; i++) {
        sum += night[i];
        if (night[i] > top) {
            week->night_top = top;
            top = night[i];
        } else if (night[i] > week->night_top) {
            week->night_top = night[i];
        }
    }
    double mean = (double)sum / nights;
    for (int i = 0; i < nights; i++)
        swing += night[i] > mean ? night[i] - mean : mean - night[i];
    week->night_swing = swing / nights;
    return true;
}

static bool look_back(const struct meter_view *meter, const struct event *event, struct week *week)
{
    int night[VIEW_HOURS / 8 + 3], nights = 0;
    unsigned hour = event->local_hour, day = event->weekday;
    int least = least_code(meter->routine);
    week->night_top = 0;
    for (int k = 0; k < VIEW_HOURS; k++) {
        bool masked = meter->masked >> routine_slot(hour, day) & 1;
        uint8_t measured = masked ? ROUTINE_MISSING : view_hour(meter, event->hour - k);
        int code = measured == ROUTINE_MISSING ? UNKNOWN : measured < least ? least : measured;
        week->code[k] = code;
        if (code != UNKNOWN && hour >= 2 && hour < 5)
            night[nights++] = code;
        day = hour ? day : (day + 6) % 7;
        hour = (hour + 23) % 24;
    }
    week->roughness = roughness_of(week, VIEW_HOURS);
    return look_at_nights(week, night, nights);
}

static int since_above(const struct week *week, int code)
{
    int hours = 0;
    for (int k = 0; k < VIEW_HOURS && week->code[k] <= code; k++)
        hours += week->code[k] != UNKNOWN;
    return hours;
}

/* Of so many hours from `from` hours ago backwards; UNKNOWN when none is known. */
static int top_of(const struct week *week, int from, int hours)
{
    int top = UNKNOWN;
    for (int k = from; k < from + hours; k++)
        top = week->code[k] > top ? week->code[k] : top;
    return top;
}

/* The mean of a day that ends so many hours ago; UNKNOWN when less than half of it is known. */
static double mean_of(const struct week *week, int from)
{
    int known = 0, sum = 0;
    for (int k = from; k < from + 24; k++)
        if (week->code[k] != UNKNOWN) {
            sum += week->code[k];
            known++;
        }
    return known >= 12 ? (double)sum / known : UNKNOWN;
}

/* The last 24 hours against the quietest such of the days before. */
static void fill_days(const struct week *week, float *out)
{
    double mean = mean_of(week, 0), least = UNKNOWN;
    int top = top_of(week, 0, 24), least_top = UNKNOWN;
    for (int from = 24; from + 24 <= VIEW_HOURS; from += 24) {
        double then = mean_of(week, from);
        int then_top = top_of(week, from, 24);
        if (then == UNKNOWN)
            continue;
        least = least == UNKNOWN || then < least ? then : least;
        least_top = least_top == UNKNOWN || then_top < least_top ? then_top : least_top;
    }
    out[FEATURE_WEEK_LEAST] = (float)(mean == UNKNOWN || least == UNKNOWN ? 0.0 : mean - least);
    out[FEATURE_WEEK_LEAST_TOP] =
        (float)(top == UNKNOWN || least_top == UNKNOWN ? 0 : top - least_top);
}

/* The top of the last hours against that of the nights; 0 when none of them is known. */
static float above_nights(const struct week *week, int hours)
{
    int top = top_of(week, 0, hours);
    return top == UNKNOWN ? 0.0f : (float)(top - week->night_top);
}

void silence_week(const struct household_view *view, const struct event *event,
                  float out[FEATURE_COUNT])
{
    struct week week;
    int lead = silence_lead(view), above = 0;
    for (int i = FEATURE_WEEK_LEAST; i <= FEATURE_WEEK_ROUGHNESS; i++)
        out[i] = 0.0f;
    /* Of a flow it says nothing that other numbers do not (docs/detection.md), and costs as much.
     */
    if (lead < 0 || view->meters[lead].utility != UTILITY_ELECTRICITY ||
        !look_back(&view->meters[lead], event, &week))
        return;
    fill_days(&week, out);
    for (int k = 0; k < 24; k++)
        above += week.code[k] > week.night_top;
    out[FEATURE_WEEK_ABOVE] = (float)above;
    out[FEATURE_WEEK_SINCE_ABOVE] = (float)since_above(&week, week.night_top);
    out[FEATURE_WEEK_SINCE_FAR] = (float)since_above(&week, week.night_top + FAR_ABOVE);
    out[FEATURE_WEEK_TOP_12] = above_nights(&week, 12);
    out[FEATURE_WEEK_TOP_24] = above_nights(&week, 24);
    out[FEATURE_WEEK_SWING] = (float)week.night_swing;
    out[FEATURE_WEEK_ROUGHNESS] = (float)(roughness_of(&week, 12) - week.roughness);
}
