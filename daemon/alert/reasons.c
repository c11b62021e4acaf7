/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/reasons.h"

#include <math.h>
#include <string.h>

#include "alert/policy.h"
#include "base/utf8.h"

#define SCORE_MAX 1e9

struct alert_reason *reasons_find(struct alert *alert, const struct detector *detector)
{
    for (size_t i = 0; i < alert->reason_count; i++)
        if (strcmp(alert->reasons[i].detector, detector->name) == 0)
            return &alert->reasons[i];
    return NULL;
}

/* NULL: it is no more. */
static const struct detector *detector_named(const char *name)
{
    for (size_t i = 0; i < detector_count; i++)
        if (strcmp(detectors[i]->name, name) == 0)
            return detectors[i];
    return NULL;
}

bool reasons_any_active(const struct alert *alert)
{
    for (size_t i = 0; i < alert->reason_count; i++)
        if (alert->reasons[i].active)
            return true;
    return false;
}

bool reasons_all_collective(const struct alert *alert)
{
    for (size_t i = 0; i < alert->reason_count; i++) {
        const struct detector *detector = detector_named(alert->reasons[i].detector);
        if (alert->reasons[i].active && (!detector || !detector->collective))
            return false;
    }
    return true;
}

bool reasons_all_answered(const struct alert *alert)
{
    for (size_t i = 0; i < alert->reason_count; i++) {
        const struct detector *detector = detector_named(alert->reasons[i].detector);
        bool answered =
            detector && (detector->detects == DETECTS_USE || detector->detects == DETECTS_HABITS);
        if (alert->reasons[i].active && !answered)
            return false;
    }
    return true;
}

/* As it is kept: characters that are whole, so that the snapshot reads back as it was written. */
static void clean_summary(const struct finding *finding, char out[FINDING_SUMMARY_MAX])
{
    (void)utf8_copy(text_of(finding->summary), out, FINDING_SUMMARY_MAX);
}

bool reasons_is_news(struct alert *alert, const struct finding *finding)
{
    const struct alert_reason *reason = reasons_find(alert, finding->detector);
    if (!reason || !reason->active || finding->verdict.grade > reason->grade ||
        finding->verdict.since_s != reason->since_s)
        return true;
    char summary[FINDING_SUMMARY_MAX];
    clean_summary(finding, summary);
    return strcmp(reason->summary, summary) != 0;
}

/* Two decimals, as the snapshot has it: what is read back is what was written. */
static double rounded(double score)
{
    if (isnan(score))
        return 0;
    double size = fabs(score) < SCORE_MAX ? fabs(score) : SCORE_MAX;
    int64_t hundredths = (int64_t)(size * 100);
    if (size * 100 - (double)hundredths >= 0.5)
        hundredths++;
    if (hundredths == 0)
        return 0; /* no minus zero */
    return copysign((double)hundredths / 100, score);
}

/* A place for one more. All are taken only when detectors have been renamed: then what has ended,
 * or else the least grave, makes room. */
static struct alert_reason *place_for_one(struct alert *alert)
{
    if (alert->reason_count < ALERT_REASONS_MAX)
        return &alert->reasons[alert->reason_count++];
    struct alert_reason *least = &alert->reasons[0];
    for (size_t i = 1; i < ALERT_REASONS_MAX; i++) {
        struct alert_reason *other = &alert->reasons[i];
        if (least->active != other->active ? least->active : other->grade < least->grade)
            least = other;
    }
    return least;
}

void reasons_begin(struct alert *alert, const struct finding *finding)
{
    struct alert_reason *reason = reasons_find(alert, finding->detector);
    if (!reason)
        reason = place_for_one(alert);
    *reason = (struct alert_reason){
        .seq = finding->seq,
        .utility = finding->verdict.utility,
        .active = true,
        .grade = finding->verdict.grade,
        .score = rounded(finding->verdict.score),
        .since_s = finding->verdict.since_s,
        .evidence = finding->evidence,
        .has_evidence = true,
    };
    for (size_t i = 0; i < reason->evidence.term_count; i++)
        reason->evidence.terms[i].value = rounded(reason->evidence.terms[i].value);
    (void)text_copy(text_of(finding->detector->name), reason->detector, sizeof reason->detector);
    clean_summary(finding, reason->summary);
}

enum severity reasons_severity(struct alert *alert, const struct finding *finding)
{
    /* All reasons of an alert are of one household: the finding's context is theirs. One whose
     * detector is no more counts like the finding's. */
    struct finding with = *finding;
    enum severity gravest = SEVERITY_LOW;
    for (size_t i = 0; i < alert->reason_count; i++) {
        struct alert_reason *reason = &alert->reasons[i];
        if (!reason->active)
            continue;
        with.verdict.grade = reason->grade;
        const struct detector *detector = detector_named(reason->detector);
        with.detector = detector ? detector : finding->detector;
        with.active = true;
        struct policy_judgement judged = policy_judge(&with);
        if (finding->active || judged.severity <= reason->severity) { /* an end raises nothing */
            reason->severity = judged.severity;
            reason->context = judged.context;
            reason->limit = judged.limit;
            reason->danger = judged.danger;
        }
        if (judged.severity > gravest)
            gravest = judged.severity;
    }
    return gravest;
}

void reasons_note(const struct alert_reason *reason, const struct detector *detector,
                  struct noted *out)
{
    *out = (struct noted){.note = NOTE_FOUND};
    note_put(out, NOTED_DETECTOR, reason->detector);
    note_put(out, NOTED_UTILITY, utility_names[reason->utility]);
    note_put_number(out, NOTED_SINCE, reason->since_s * 1000);
    for (size_t i = 0; i < DETECTOR_SAID_MAX && detector->said[i]; i++)
        for (size_t k = 0; k < reason->evidence.term_count; k++)
            if (strcmp(reason->evidence.terms[k].name, detector->said[i]) == 0)
                out->terms[out->term_count++] = reason->evidence.terms[k];
}

void reasons_note_end(const struct finding *finding, struct noted *out,
                      char own[FINDING_SUMMARY_MAX])
{
    clean_summary(finding, own);
    *out = (struct noted){.note = finding->life ? NOTE_LIFE : NOTE_ENDED};
    if (finding->life)
        note_put(out, NOTED_UTILITY, utility_names[finding->verdict.utility]);
    else
        note_put(out, NOTED_DETECTOR, finding->detector->name);
    note_put_number(out, NOTED_AT, finding->at_s * 1000);
}
