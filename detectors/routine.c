/* SPDX-License-Identifier: Apache-2.0 */
#include "detectors/routine.h"

#include <string.h>

#include "detectors/num.h"

/* What differs by utility: decay, smoothing over the bins, weight of half-hours. */
struct habit {
    double half_life;     /* readings of a slot in which a count halves */
    double kernel[3];     /* Gaussian over bins: sigma 0.5 (electricity), 0.4 (flows) */
    double unit;          /* counts a reading adds to `usual`: a full slot stays below 255 */
    double halves_weight; /* two half-hours are not two independent witnesses */
};

static const struct habit habits[UTILITY_COUNT] = {
    [UTILITY_ELECTRICITY] = {30, {1.0, 0.1353352832366127, 0.000335462627902512}, 5.0, 0.6},
    [UTILITY_WATER] = {20, {1.0, 0.04393693362340742, 0.00000372665317207867}, 8.0, 0.6},
    [UTILITY_GAS] = {20, {1.0, 0.04393693362340742, 0.00000372665317207867}, 8.0, 0.6},
};

#define BESIDE          0.25 /* weight of the hour before and after */
#define OTHER_DAYS      0.15 /* of the same hour on the other kind of day */
#define ALL_HOURS       0.15 /* of the whole day's histogram */
#define UNSEEN          0.004
#define CLIP_UP         2.5
#define CLIP_DOWN       3.75
#define AWAKE_INCREMENT (-0.7)
#define AWAKE_RATE      0.04
#define AWAKE_AT_FIRST  102 /* of 255, 0.4: as good a guess as any */
#define NIGHT_HALF_LIFE 42.0
#define EMPTY_HALF_LIFE 200.0
#define EMPTY_UNIT      0.8  /* a full row stays below 255 */
#define EMPTY_LEANS     48.0 /* hours that nights count for among those of absences */
#define EMPTY_CLIP      0.5  /* a fridge repeats itself: its hours are no independent witnesses */
#define RANGE_MIN       12   /* codes between lowest and highest: a factor e */

#define DICE_SIDES (1u << 30)
/* Every count of an hour's lesson has a roll of its own. */
enum { SALT_USUAL, SALT_OVERALL = 8, SALT_NIGHT = 16, SALT_AWAKE = 24, SALT_EMPTY = 32 };

static int msb(uint64_t v)
{
    return 63 - __builtin_clzll(v);
}

/* 2^(1/16), 2^(3/16) ... scaled by 2^32: where one eighth of an octave rounds to the next. */
static const uint64_t eighths[8] = {4485121744, 4891059943, 5333738689, 5816483285,
                                    6342919999, 6917003306, 7543045592, 8225749546};

uint8_t routine_code(int64_t milli)
{
    if (milli <= 0)
        return ROUTINE_ZERO;
    int top = msb((uint64_t)milli), step = 0;
    uint64_t scaled = top >= 32 ? (uint64_t)milli >> (top - 32) : (uint64_t)milli << (32 - top);
    while (step < 8 && scaled >= eighths[step])
        step++;
    int code = 2 + 8 * top + step;
    return (uint8_t)(code > 255 ? 255 : code);
}

/* 2^(k/8), scaled by 2^32. */
static const uint64_t octave[8] = {4294967296, 4683695048, 5107605667, 5569883475,
                                   6074001000, 6623745059, 7223245206, 7877004752};

int64_t routine_milli(uint8_t code)
{
    if (code < 2)
        return 0;
    int top = (code - 2) / 8;
    return (int64_t)((octave[(code - 2) % 8] + (UINT64_C(1) << (31 - top))) >> (32 - top));
}

#define DAY_CODE_MAX 32257 /* the last below 2^63 */

uint16_t routine_day_code(int64_t milli)
{
    if (milli <= 0)
        return ROUTINE_ZERO;
    double code = 2.5 + 512.0 * num_log((double)milli) / 0.693147180559945309417;
    return (uint16_t)(code > DAY_CODE_MAX ? DAY_CODE_MAX : code);
}

int64_t routine_day_milli(uint16_t code)
{
    if (code < 2)
        return 0;
    if (code > DAY_CODE_MAX)
        code = DAY_CODE_MAX;
    return (int64_t)(num_exp((code - 2) / 512.0 * 0.693147180559945309417) + 0.5);
}

void routine_reset(struct routine *routine)
{
    memset(routine, 0, sizeof *routine);
    memset(routine->awake, AWAKE_AT_FIRST, sizeof routine->awake);
}

static int bin_of(const struct routine *routine, enum utility utility, uint8_t code)
{
    /* Drips are no sign of life: up to the floor a flow counts as none. */
    if (utility != UTILITY_ELECTRICITY && code <= routine->floor)
        return 0;
    if (code <= routine->lowest)
        return 0;
    int bin = (code - routine->lowest) * ROUTINE_BINS / (routine->highest - routine->lowest);
    return bin >= ROUTINE_BINS ? ROUTINE_BINS - 1 : bin;
}

/* The weight that the kernel of `habit` spreads from bin j to bin b; rows sum to 1. */
static double kernel(const struct habit *habit, int j, int b)
{
    int away = j > b ? j - b : b - j;
    if (away > 2)
        return 0.0;
    double row = 0.0;
    for (int i = j - 2; i <= j + 2; i++)
        if (i >= 0 && i < ROUTINE_BINS)
            row += habit->kernel[i > j ? i - j : j - i];
    return habit->kernel[away] / row;
}

/* The histogram of a slot, leaning on its neighbours where it knows little itself. */
static double usual_mix(const struct routine *routine, unsigned slot, double mix[ROUTINE_BINS])
{
    unsigned day = slot >= 24 ? 24 : 0, hour = slot - day;
    const uint8_t *own = routine->usual[slot];
    const uint8_t *before = routine->usual[day + (hour + 23) % 24];
    const uint8_t *after = routine->usual[day + (hour + 1) % 24];
    const uint8_t *other = routine->usual[(day ? 0u : 24u) + hour];
    double own_sum = 0.0, all_sum = 0.0, sum = 0.0;
    for (int j = 0; j < ROUTINE_BINS; j++) {
        own_sum += own[j] + 0.4;
        all_sum += routine->overall[j] + 3.0;
    }
    for (int j = 0; j < ROUTINE_BINS; j++) {
        mix[j] = own[j] + 0.4 + BESIDE * (before[j] + after[j] + 0.8) +
                 OTHER_DAYS * (other[j] + 0.4) +
                 ALL_HOURS * (routine->overall[j] + 3.0) / all_sum * own_sum;
        sum += mix[j];
    }
    return sum;
}

struct hour_evidence routine_evidence(const struct routine *routine, enum utility utility,
                                      unsigned slot, uint8_t code, const uint8_t halves[2])
{
    struct hour_evidence out = {0.0, false};
    if (!routine->highest || code == ROUTINE_MISSING)
        return out;
    const struct habit *habit = &habits[utility];
    double mix[ROUTINE_BINS], sum = usual_mix(routine, slot, mix), night_sum = 0.0;
    for (int j = 0; j < ROUTINE_BINS; j++)
        night_sum += routine->night[j] + 51.0;
    int parts = routine->halves ? 2 : 1;
    for (int part = 0; part < parts; part++) {
        int b = bin_of(routine, utility, parts == 2 ? halves[part] : code);
        double usual = 0.0, night = 0.0;
        for (int j = b - 2; j <= b + 2; j++) {
            if (j < 0 || j >= ROUTINE_BINS)
                continue;
            double weight = kernel(habit, j, b);
            usual += mix[j] * weight;
            night += (routine->night[j] + 51.0) * weight;
        }
        double ratio = num_log((night / night_sum + UNSEEN) / (usual / sum + UNSEEN));
        out.increment += parts == 2 ? habit->halves_weight * ratio : ratio;
    }
    if (out.increment > CLIP_UP)
        out.increment = CLIP_UP;
    if (out.increment < -CLIP_DOWN)
        out.increment = -CLIP_DOWN;
    /* A tap is turned by somebody; a boiler and a fridge turn themselves on. */
    out.awake = utility == UTILITY_WATER ? code > (routine->floor ? routine->floor : ROUTINE_ZERO)
                                         : out.increment < AWAKE_INCREMENT;
    return out;
}

double routine_empty_evidence(const struct routine *routine, enum utility utility, uint8_t code,
                              const uint8_t halves[2])
{
    if (!routine->highest || code == ROUTINE_MISSING)
        return 0.0;
    double night_sum = 0.0, empty_sum = 0.0, lean = EMPTY_LEANS * EMPTY_UNIT, out = 0.0;
    for (int j = 0; j < ROUTINE_BINS; j++) {
        night_sum += routine->night[j] + 51.0;
        empty_sum += routine->empty[j];
    }
    int parts = routine->halves ? 2 : 1;
    for (int part = 0; part < parts; part++) {
        int b = bin_of(routine, utility, parts == 2 ? halves[part] : code);
        double night = 0.0, empty = 0.0;
        for (int j = 0; j < ROUTINE_BINS; j++) {
            double weight = kernel(&habits[utility], j, b);
            night += (routine->night[j] + 51.0) / night_sum * weight;
            empty += routine->empty[j] * weight;
        }
        empty = (empty + lean * night) / (empty_sum + lean);
        double ratio = num_log((empty + UNSEEN) / (night + UNSEEN));
        out += parts == 2 ? habits[utility].halves_weight * ratio : ratio;
    }
    return out > EMPTY_CLIP ? EMPTY_CLIP : out < -EMPTY_CLIP ? -EMPTY_CLIP : out;
}

/* x rounded up or down as the dice fall: fair on average, so slow decay is not lost. */
static uint32_t round_fair(double x, uint64_t dice, uint64_t salt, uint32_t highest)
{
    uint32_t whole = (uint32_t)x;
    if (num_dice(dice, salt, DICE_SIDES) < (x - whole) * DICE_SIDES)
        whole++;
    return whole > highest ? highest : whole;
}

/* How the hour falls into the bins: 1 in all. */
static void bins_of(const struct routine *routine, enum utility utility, uint8_t code,
                    const uint8_t halves[2], double out[ROUTINE_BINS])
{
    int parts = routine->halves ? 2 : 1;
    memset(out, 0, ROUTINE_BINS * sizeof *out);
    for (int part = 0; part < parts; part++)
        out[bin_of(routine, utility, parts == 2 ? halves[part] : code)] += 1.0 / parts;
}

void routine_learn_night(struct routine *routine, enum utility utility, uint8_t code,
                         const uint8_t halves[2], uint64_t dice)
{
    double add[ROUTINE_BINS], fade = 1.0 - 0.693147180559945309417 / NIGHT_HALF_LIFE;
    bins_of(routine, utility, code, halves, add);
    for (unsigned j = 0; j < ROUTINE_BINS; j++)
        routine->night[j] = (uint16_t)round_fair(
            routine->night[j] * fade + add[j] * ROUTINE_NIGHT_UNIT, dice, SALT_NIGHT + j, 65535);
}

static void learn_empty(struct routine *routine, enum utility utility, uint8_t code,
                        const uint8_t halves[2], uint64_t dice)
{
    double add[ROUTINE_BINS], fade = 1.0 - 0.693147180559945309417 / EMPTY_HALF_LIFE;
    bins_of(routine, utility, code, halves, add);
    for (unsigned j = 0; j < ROUTINE_BINS; j++)
        routine->empty[j] = (uint8_t)round_fair(routine->empty[j] * fade + add[j] * EMPTY_UNIT,
                                                dice, SALT_EMPTY + j, 255);
}

void routine_learn(struct routine *routine, enum utility utility, unsigned slot, uint8_t code,
                   const uint8_t halves[2], bool awake, enum lesson lesson, uint64_t dice)
{
    if (!routine->highest || code == ROUTINE_MISSING)
        return;
    if (lesson == LESSON_EMPTY) {
        if (!awake) /* else somebody waters the plants */
            learn_empty(routine, utility, code, halves, dice);
        return;
    }
    const struct habit *habit = &habits[utility];
    double weight = lesson == LESSON_QUARTER ? 0.25 : 1.0;
    double add[ROUTINE_BINS];
    bins_of(routine, utility, code, halves, add);
    double fade = 1.0 - 0.693147180559945309417 / habit->half_life * weight;
    double fade_all = 1.0 - 0.693147180559945309417 / (24.0 * habit->half_life) * weight;
    for (unsigned j = 0; j < ROUTINE_BINS; j++) {
        routine->usual[slot][j] =
            (uint8_t)round_fair(routine->usual[slot][j] * fade + add[j] * weight * habit->unit,
                                dice, SALT_USUAL + j, 255);
        routine->overall[j] = (uint16_t)round_fair(routine->overall[j] * fade_all +
                                                       add[j] * weight * ROUTINE_OVERALL_UNIT,
                                                   dice, SALT_OVERALL + j, 65535);
    }
    double awake_now = routine->awake[slot];
    if (lesson != LESSON_USE)
        routine->awake[slot] = (uint8_t)round_fair(awake_now + ((awake ? 255.0 : 0.0) - awake_now) *
                                                                   AWAKE_RATE * weight,
                                                   dice, SALT_AWAKE, 255);
    unsigned hour = slot % 24;
    if (lesson == LESSON_FULL && hour >= 2 && hour < 5)
        routine_learn_night(routine, utility, code, halves, dice);
    if (routine->learnt_hours < UINT32_MAX)
        routine->learnt_hours++;
}

/* Counts of a row, moved from bins over [lo, hi) to wider ones; whole counts, none lost. */
static void move_bins(uint32_t row[ROUTINE_BINS], double lo, double hi, double to_lo, double to_hi)
{
    double moved[ROUTINE_BINS] = {0};
    double step = (hi - lo) / ROUTINE_BINS, to_step = (to_hi - to_lo) / ROUTINE_BINS;
    for (int j = 0; j < ROUTINE_BINS; j++) {
        double from = lo + j * step, until = from + step;
        for (int k = 0; k < ROUTINE_BINS; k++) {
            double a = to_lo + k * to_step, b = a + to_step;
            double share = ((until < b ? until : b) - (from > a ? from : a)) / step;
            if (share > 0)
                moved[k] += share * row[j];
        }
    }
    double carry = 0.0;
    for (int k = 0; k < ROUTINE_BINS; k++) {
        double exact = moved[k] + carry;
        row[k] = (uint32_t)(exact + 0.5);
        carry = exact - row[k];
    }
}

void routine_widen(struct routine *routine, uint8_t lowest, uint8_t highest)
{
    if (!routine->highest) {
        if (lowest > 255 - RANGE_MIN)
            lowest = 255 - RANGE_MIN;
        if (highest < lowest + RANGE_MIN)
            highest = (uint8_t)(lowest + RANGE_MIN);
        routine->lowest = lowest;
        routine->highest = highest;
        return;
    }
    if (lowest > routine->lowest)
        lowest = routine->lowest;
    if (highest < routine->highest)
        highest = routine->highest;
    if (lowest == routine->lowest && highest == routine->highest)
        return;
    uint32_t row[ROUTINE_BINS];
    for (int slot = 0; slot <= ROUTINE_SLOTS + 2; slot++) {
        uint8_t *narrow = slot < ROUTINE_SLOTS ? routine->usual[slot] : routine->empty;
        uint16_t *wide = slot == ROUTINE_SLOTS       ? routine->overall
                         : slot == ROUTINE_SLOTS + 1 ? routine->night
                                                     : NULL;
        for (int j = 0; j < ROUTINE_BINS; j++)
            row[j] = wide ? wide[j] : narrow[j];
        move_bins(row, routine->lowest, routine->highest, lowest, highest);
        for (int j = 0; j < ROUTINE_BINS; j++)
            if (wide)
                wide[j] = (uint16_t)(row[j] > 65535 ? 65535 : row[j]);
            else
                narrow[j] = (uint8_t)(row[j] > 255 ? 255 : row[j]);
    }
    routine->lowest = lowest;
    routine->highest = highest;
}

uint8_t routine_night_code(const struct routine *routine, double share)
{
    double sum = 0.0, below = 0.0;
    int bin = 0;
    if (!routine->highest)
        return ROUTINE_ZERO;
    for (int j = 0; j < ROUTINE_BINS; j++)
        sum += routine->night[j];
    for (int j = 0; j < ROUTINE_BINS && below <= share * sum; j++) {
        bin = routine->night[j] ? j : bin;
        below += routine->night[j];
    }
    int width = routine->highest - routine->lowest;
    return (uint8_t)(routine->lowest + (2 * bin + 1) * width / (2 * ROUTINE_BINS));
}

int64_t routine_usual_milli(const struct routine *routine, enum utility utility, unsigned slot)
{
    return routine_share_milli(routine, utility, slot, 0.5);
}

int64_t routine_share_milli(const struct routine *routine, enum utility utility, unsigned slot,
                            double share)
{
    uint32_t sum = 0, seen = 0;
    for (int j = 0; j < ROUTINE_BINS; j++)
        sum += routine->usual[slot][j];
    if (!routine->highest || !sum)
        return 0;
    /* Hours without water stand higher in the bins since the range has widened below them; how
     * often there was some is known apart. */
    if (utility == UTILITY_WATER && routine->awake[slot] < AWAKE_AT_FIRST + (0.5 - share) * 255)
        return 0;
    for (int j = 0; j < ROUTINE_BINS; j++) {
        uint32_t next = seen + routine->usual[slot][j];
        if (next >= sum * share) {
            if (j == 0 && routine->floor)
                return 0;
            double within =
                (sum * share - seen) / (routine->usual[slot][j] ? routine->usual[slot][j] : 1);
            double code = routine->lowest +
                          (j + within) * (routine->highest - routine->lowest) / ROUTINE_BINS;
            return routine_milli((uint8_t)(code + 0.5));
        }
        seen = next;
    }
    return 0;
}
