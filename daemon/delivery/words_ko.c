/* SPDX-License-Identifier: Apache-2.0
 *
 * Korean, as an officer writes it to a colleague: short sentences that end in 습니다, in the words
 * of the page (ko.json). Reasons are composed from their evidence; amounts in won have no currency
 * in the evidence and are left out.
 */
#include <math.h>
#include <string.h>

#include "delivery/words.h"

static const char *utility_ko(const json_t *reason)
{
    static const char *const names[UTILITY_COUNT] = {
        [UTILITY_ELECTRICITY] = "전기", [UTILITY_WATER] = "수도", [UTILITY_GAS] = "가스"};
    const char *word = json_string_value(json_object_get(reason, "utility"));
    for (int u = 0; word && u < UTILITY_COUNT; u++)
        if (strcmp(word, utility_names[u]) == 0)
            return names[u];
    return "사용";
}

static bool is_electricity(const json_t *reason)
{
    const char *word = json_string_value(json_object_get(reason, "utility"));
    return word && strcmp(word, utility_names[UTILITY_ELECTRICITY]) == 0;
}

static void since_ko(const char *since, struct buffer *out)
{
    if (since[0])
        buffer_format(out, "%s부터 ", since);
}

static void silence(const json_t *reason, const char *since, struct buffer *out)
{
    const json_t *evidence = json_object_get(reason, "evidence");
    long long longest = json_integer_value(json_object_get(evidence, "longest_hours"));
    long long missing = json_integer_value(json_object_get(evidence, "missing_hours"));
    since_ko(since, out);
    if (is_electricity(reason))
        buffer_text(out, "전기는 대기전력만 쓰이고 있습니다.");
    else
        buffer_format(out, "%s 사용이 없습니다.", utility_ko(reason));
    if (longest > 0)
        buffer_format(out, " 이 집에서 지금까지 가장 길게 조용했던 시간은 %lld시간입니다.",
                      longest);
    if (missing > 0)
        buffer_format(out, " 최근 3일 중 검침값이 없는 시간이 %lld시간 있습니다.", missing);
}

/* Of drop, decline and cold: what is used a day, where the meter counts what we can name. */
static void amounts(const json_t *reason, struct buffer *out)
{
    double used = words_term(reason, "used"), usual = words_term(reason, "usual");
    const char *word = json_string_value(json_object_get(reason, "utility"));
    if (isnan(used) || isnan(usual) || !word)
        return;
    if (strcmp(word, utility_names[UTILITY_WATER]) == 0)
        buffer_format(out, "(하루 %.0f L, 평소 %.0f L)", used, usual);
    else if (strcmp(word, utility_names[UTILITY_ELECTRICITY]) == 0)
        buffer_format(out, "(하루 %.1f kWh, 평소 %.1f kWh)", used / 1000, usual / 1000);
}

static void less(const json_t *reason, const char *since, const char *than, struct buffer *out)
{
    double percent = words_term(reason, "percent");
    since_ko(since, out);
    if (isnan(percent))
        buffer_format(out, "%s 사용량이 %s보다 크게 줄었습니다", utility_ko(reason), than);
    else
        buffer_format(out, "%s 사용량이 %s의 %.0f%% 수준입니다", utility_ko(reason), than, percent);
    amounts(reason, out);
    buffer_text(out, ".");
}

static void drop(const json_t *reason, const char *since, struct buffer *out)
{
    less(reason, since, "평소", out);
}

static void decline(const json_t *reason, const char *since, struct buffer *out)
{
    less(reason, since, "이전 몇 달", out);
    buffer_text(out, " 몇 주에 걸쳐 서서히 줄었습니다.");
}

static void cold(const json_t *reason, const char *since, struct buffer *out)
{
    double celsius = words_term(reason, "celsius");
    less(reason, since, "비슷한 날씨 때 난방", out);
    if (!isnan(celsius))
        buffer_format(out, " 그날 평균 기온은 %.1f도였습니다.", celsius);
}

static void arrears(const json_t *reason, const char *since, struct buffer *out)
{
    double months = words_term(reason, "months"), utilities = words_term(reason, "utilities");
    (void)since;
    if (isnan(months))
        buffer_format(out, "%s 요금이 밀려 있습니다.", utility_ko(reason));
    else
        buffer_format(out, "%s 요금이 %.0f개월째 밀려 있습니다.", utility_ko(reason), months);
    if (utilities > 1)
        buffer_format(out, " 밀린 요금은 모두 %.0f종입니다.", utilities);
    if (words_term(reason, "curtailed") > 0)
        buffer_text(out, " 공급이 제한되었거나 끊겼습니다.");
}

static void cutoff(const json_t *reason, const char *since, struct buffer *out)
{
    /* By the steps of its page: open, a notice, limited, cut off, out of credit. */
    static const char *const steps[] = {"", " 공급 중단 예고가 나왔습니다",
                                        " 공급이 제한되었습니다", " 공급이 끊겼습니다",
                                        " 선불 잔액이 없어 공급이 끊겼습니다"};
    const char *word = json_string_value(json_object_get(reason, "utility"));
    double term = words_term(reason, word ? word : "");
    size_t step = term >= 1 ? (size_t)term : 0;
    since_ko(since, out);
    buffer_text(out, utility_ko(reason));
    if (step > 0 && step < sizeof steps / sizeof steps[0])
        buffer_text(out, steps[step]);
    else
        buffer_text(out, " 공급에 문제가 있습니다");
    buffer_text(out, ".");
}

static void flow(const json_t *reason, const char *since, struct buffer *out)
{
    double level = words_term(reason, "level");
    since_ko(since, out);
    buffer_format(out, "%s 사용이 멈추지 않습니다", utility_ko(reason));
    if (level > 0)
        buffer_format(out, "(시간당 최소 %.0f L)", level);
    buffer_text(out, ".");
}

static void routine(const json_t *reason, const char *since, struct buffer *out)
{
    static const struct {
        const char *term, *text;
    } signs[] = {{"no_morning", "아침에 사용이 없는 날"},
                 {"no_noon", "낮에 사용이 없는 날"},
                 {"no_evening", "저녁에 사용이 없는 날"},
                 {"swapped", "밤에 활동하고 낮에 조용한 날"}};
    size_t said = 0;
    since_ko(since, out);
    buffer_text(out, "생활 리듬이 달라졌습니다");
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        double days = words_term(reason, signs[i].term);
        if (days >= 1)
            buffer_format(out, "%s%s %.0f일", said++ ? ", " : ": ", signs[i].text, days);
    }
    buffer_text(out, ".");
}

static bool reason_ko(const json_t *reason, const char *since, struct buffer *out)
{
    static const struct {
        const char *detector;
        void (*say)(const json_t *reason, const char *since, struct buffer *out);
    } all[] = {{"silence", silence}, {"drop", drop},       {"decline", decline},
               {"cold", cold},       {"arrears", arrears}, {"cutoff", cutoff},
               {"flow", flow},       {"routine", routine}};
    const char *detector = json_string_value(json_object_get(reason, "detector"));
    for (size_t i = 0; detector && i < sizeof all / sizeof all[0]; i++)
        if (strcmp(detector, all[i].detector) == 0) {
            all[i].say(reason, since, out);
            return true;
        }
    return false;
}

static void moment_ko(const struct moment *moment, struct buffer *out)
{
    static const char *const days[] = {"월", "화", "수", "목", "금", "토", "일"};
    buffer_format(out, "%d월 %d일(%s) %s", moment->month, moment->day, days[moment->weekday],
                  moment->clock);
}

static void homes_ko(enum incident_kind kind, long long some, long long all, struct buffer *out)
{
    if (kind == INCIDENT_DARK)
        buffer_format(out, "%lld가구 중 %lld가구에 전기가 들어오지 않습니다.", all, some);
    else if (kind == INCIDENT_SILENT)
        buffer_format(out, "평소 생활 신호 %lld건 중 %lld건만 보입니다.", all, some);
    else
        buffer_format(out, "계량기 %lld대 중 %lld대의 검침값이 오지 않습니다.", all, some);
}

const struct words words_ko = {
    .happenings = {[HAPPENED_RAISED] = "새 경보",
                   [HAPPENED_UPDATED] = "경보 갱신",
                   [HAPPENED_ACKNOWLEDGED] = "확인함",
                   [HAPPENED_CONTACTED] = "연락",
                   [HAPPENED_CLEARED] = "해소됨",
                   [HAPPENED_RESOLVED] = "종결",
                   [HAPPENED_ESCALATED] = "격상",
                   [HAPPENED_REOPENED] = "다시 열림",
                   [HAPPENED_REFERRED] = "인계 요청",
                   [HAPPENED_ACCEPTED] = "인계 수락",
                   [HAPPENED_DECLINED] = "인계 거절",
                   [HAPPENED_OPENED] = "지역 장애",
                   [HAPPENED_CLOSED] = "지역 장애 종료",
                   [HAPPENED_TEST] = "안부 시험 메일입니다 (경보 아님)"},
    .other = "변경",
    .severities = {[SEVERITY_LOW] = "낮음",
                   [SEVERITY_MEDIUM] = "보통",
                   [SEVERITY_HIGH] = "높음",
                   [SEVERITY_CRITICAL] = "위급"},
    .teams = {[TEAM_POLICE] = "경찰", [TEAM_WELFARE] = "복지"},
    .outcomes = {[OUTCOME_SAFE] = "안전",
                 [OUTCOME_HELPED] = "현장 지원",
                 [OUTCOME_REFERRED_ONWARD] = "다른 기관 연계",
                 [OUTCOME_HOSPITAL] = "병원 이송",
                 [OUTCOME_DECEASED] = "사망",
                 [OUTCOME_MOVED] = "이사",
                 [OUTCOME_ABSENCE] = "부재",
                 [OUTCOME_METER_FAULT] = "계량기 이상",
                 [OUTCOME_LEAK] = "누수",
                 [OUTCOME_OTHER] = "기타"},
    .sender = "복지 담당",
    .moment = moment_ko,
    .reason = reason_ko,
    .homes = homes_ko,
};
