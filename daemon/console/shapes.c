/* SPDX-License-Identifier: Apache-2.0 */
#include "console/shapes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alert/lifecycle.h"
#include "alert/stats.h"
#include "console/absence.h"
#include "console/token.h"
#include "ingest/reject.h"

#define LIMIT_MAX 1000
#define WORD_MAX  32 /* bytes of a word in a body */
#define TIME_MAX  40

#define CHANGES                                                                     \
    " alerts.acknowledge alerts.release alerts.contact alerts.refer alerts.accept " \
    "alerts.decline alerts.escalate alerts.note alerts.resolve alerts.reopen "
/* Those that are refused without a note. */
#define SAYING " alerts.refer alerts.decline alerts.escalate alerts.note alerts.reopen "

/* What a note may hold: no control characters but line breaks and tabs; and something to read. */
#define NOTE  "[^\\x00-\\x08\\x0b-\\x1f\\x7f]*"
#define SAID  "^" NOTE "[^\\x00-\\x20\\x7f]" NOTE "$"
#define NOTED "^" NOTE "$"

#define WORDS(names) .words = (names), .count = sizeof(names) / sizeof(names)[0]

static const char *const formats[] = {"json", "csv"};
static const char *const sign_ins[] = {"password", "provider"};
/* Whatever a dead letter may say but "none", which is the first. */
#define NAME(constant, name, help) name,
static const char *const letter_reasons[] = {REJECTS(NAME) REJECT_UNDELIVERED};
#undef NAME

const struct shape query_shapes[] = {
    {.name = "why",
     .most = REQUEST_WHY_MAX,
     .example = "morning list",
     .help = "purpose, for the audit log"},
    {.name = "limit",
     .type = SHAPE_NUMBER,
     .least = 1,
     .most = LIMIT_MAX,
     .example = "50",
     .help = "of how many rows an answer has at most"},
    {.name = "cursor", .most = 400, .help = "`next` of the page before, with the same filters"},
    {.name = "all", .type = SHAPE_FLAG, .example = "1", .help = "those that are over, too"},
    {.name = "held",
     .type = SHAPE_FLAG,
     .example = "1",
     .help = "those that an area incident holds back, and no others"},
    {.of = " alerts.list ",
     .name = "state",
     .type = SHAPE_WORDS,
     WORDS(alert_state_names),
     .example = "open",
     .help = "only these"},
    {.of = " alerts.list ",
     .name = "team",
     .type = SHAPE_WORDS,
     WORDS(team_names),
     .example = "police",
     .help = "whose findings it holds, whose desk it is on, or who waits for the other team"},
    {.of = " alerts.list ",
     .name = "desk",
     .type = SHAPE_WORDS,
     WORDS(team_names),
     .example = "welfare",
     .help = "whose desk it is on"},
    {.of = " handover.show ",
     .name = "desk",
     .type = SHAPE_WORD,
     WORDS(team_names),
     .example = "welfare",
     .help = "this desk alone"},
    {.of = " alerts.list ",
     .name = "severity",
     .type = SHAPE_WORDS,
     WORDS(severity_names),
     .example = "critical",
     .help = "only these"},
    {.of = " dead_letters.list ",
     .name = "reason",
     .type = SHAPE_WORD,
     WORDS(letter_reasons),
     .first = 1,
     .example = "no_offset",
     .help = "only those"},
    {.of = " alerts.list ",
     .name = "owner",
     .most = ALERT_WHO_MAX - 1,
     .example = "me",
     .help = "who has it; `me`: oneself"},
    {.of = " households.list ",
     .name = "outlook",
     .type = SHAPE_WORD,
     WORDS(outlook_class_names),
     .example = "later",
     .help = "how soon a collapse in the home would be told"},
    {.of = " households.show ",
     .name = "at",
     .type = SHAPE_MOMENT,
     .most = TIME_MAX,
     .example = "2026-01-15T21:00:00Z",
     .help = "where its messages of that moment lie"},
    {.of = " stats.show ",
     .name = "days",
     .type = SHAPE_NUMBER,
     .least = 1,
     .most = STATS_DAYS_MAX,
     .example = "30",
     .help = "so many days back"},
    {.of = " advice.show ",
     .name = "wanted",
     .most = 8,
     .pattern = "^([1-9][0-9]?(\\.[0-9]{1,4})?|0\\.[0-9]{0,3}[1-9])$",
     .example = "10",
     .help = "the share of a rule's alerts that should be worth it, in percent; 10 unless said"},
    {.of = " households.hours ",
     .name = "days",
     .type = SHAPE_NUMBER,
     .least = 1,
     .most = VIEW_DAYS,
     .example = "7",
     .help = "so many days back"},
    {.name = "purpose",
     .most = REQUEST_WHY_MAX,
     .pattern = "^[!-~].{1,198}[!-~]$",
     .example = "The neighbour called: no light for days.",
     .help = "what for, where no alert opens the household; 3 to 200 characters"},
    {.of = " stats.show ",
     .name = "team",
     .type = SHAPE_WORD,
     WORDS(team_names),
     .example = "police",
     .help = "of this team alone"},
    {.name = "format",
     .type = SHAPE_WORD,
     WORDS(formats),
     .example = "json",
     .help = "csv: a table to take along, which needs why"},
    {.of = " alerts.list handover.show households.list stats.show ",
     .name = "area",
     .most = MESSAGE_ID_MAX,
     .example = "11140-sindang",
     .help = "of this area alone"},
};
const size_t query_shape_count = sizeof query_shapes / sizeof query_shapes[0];

const struct shape body_shapes[] = {
    {.of = SAYING,
     .name = "note",
     .least = 1,
     .most = ALERT_NOTE_MAX,
     .needed = true,
     .pattern = SAID,
     .example = "The daughter is on her way.",
     .help = "why, or what was found"},
    {.of = " alerts.acknowledge alerts.release alerts.contact alerts.accept alerts.resolve ",
     .name = "note",
     .most = ALERT_NOTE_MAX,
     .pattern = NOTED,
     .example = "Calling.",
     .help = "why, or what was found"},
    {.of = " alerts.resolve ",
     .name = "outcome",
     .type = SHAPE_WORD,
     .most = WORD_MAX,
     WORDS(outcome_names),
     .needed = true,
     .example = "safe",
     .help = "what was found"},
    {.of = " alerts.resolve ",
     .name = "until",
     .type = SHAPE_MOMENT,
     .most = TIME_MAX,
     .example = "2026-02-01",
     .help = "of an absence: when it ends"},
    {.of = " alerts.acknowledge ",
     .name = "expires",
     .type = SHAPE_MOMENT,
     .most = TIME_MAX,
     .example = "2026-01-16T18:00:00+09:00",
     .help = "when it is open again unless something was done"},
    {.of = " alerts.contact ",
     .name = "channel",
     .type = SHAPE_WORD,
     .most = WORD_MAX,
     WORDS(contact_channel_names),
     .needed = true,
     .example = "call",
     .help = "how somebody was tried"},
    {.of = " alerts.contact ",
     .name = "whom",
     .type = SHAPE_WORD,
     .most = WORD_MAX,
     WORDS(contact_whom_names),
     .needed = true,
     .example = "resident",
     .help = "whom it was for"},
    {.of = " alerts.contact ",
     .name = "result",
     .type = SHAPE_WORD,
     .most = WORD_MAX,
     WORDS(contact_result_names),
     .needed = true,
     .example = "no_answer",
     .help = "what came of it"},
    {.of = " alerts.refer ",
     .name = "team",
     .type = SHAPE_WORD,
     .most = WORD_MAX,
     WORDS(team_names),
     .needed = true,
     .example = "police",
     .help = "the other team"},
    {.of = CHANGES,
     .name = "version",
     .type = SHAPE_NUMBER,
     .least = 1,
     .most = INT64_MAX,
     .example = "3",
     .help = "only if the alert is at this version; as If-Match"},
    {.of = " session.begin users.add ",
     .name = "name",
     .least = 1,
     .most = ACCOUNT_NAME_MAX,
     .needed = true,
     .example = "kim",
     .help = "of the account"},
    {.of = " session.begin ",
     .name = "password",
     .most = ACCOUNT_PASSWORD_MAX,
     .needed = true,
     .example = "a quiet river at night",
     .help = "the account's"},
    {.of = " session.password ",
     .name = "old",
     .most = ACCOUNT_PASSWORD_MAX,
     .needed = true,
     .example = "a quiet river at night",
     .help = "the password until now"},
    {.of = " session.password ",
     .name = "new",
     .least = ACCOUNT_PASSWORD_MIN,
     .most = ACCOUNT_PASSWORD_MAX,
     .needed = true,
     .example = "the kettle sings at six",
     .help = "the one from now on"},
    {.of = " users.add ",
     .name = "sign_in",
     .type = SHAPE_WORD,
     .most = WORD_MAX,
     WORDS(sign_ins),
     .example = "password",
     .help = "by a password, or by the agency's provider"},
    {.of = " users.add ",
     .name = "password",
     .least = ACCOUNT_PASSWORD_MIN,
     .most = ACCOUNT_PASSWORD_MAX,
     .example = "a quiet river at night",
     .help = "for the first sign-in, where it is changed; not with a provider"},
    {.of = " users.password ",
     .name = "password",
     .least = ACCOUNT_PASSWORD_MIN,
     .most = ACCOUNT_PASSWORD_MAX,
     .needed = true,
     .example = "a quiet river at night",
     .help = "for the next sign-in, where it is changed"},
    {.of = " users.add ",
     .name = "role",
     .type = SHAPE_WORD,
     .most = WORD_MAX,
     .words = role_names,
     .first = ROLE_ACCOUNT_FIRST,
     .count = ROLE_ACCOUNT_LAST + 1,
     .needed = true,
     .example = "officer",
     .help = "what the account may"},
    {.of = " users.add ",
     .name = "team",
     .most = WORD_MAX,
     .example = "police",
     .help = "whose alerts it is shown; `all`"},
    {.of = " tokens.add ",
     .name = "team",
     .most = WORD_MAX,
     .needed = true,
     .example = "police",
     .help = "whose alerts it is shown; `all`"},
    {.of = " users.add tokens.add ",
     .name = "areas",
     .most = ACCOUNT_AREAS_MAX,
     .example = "11140-sindang",
     .help = "with commas between; empty: all"},
    {.of = " users.add ",
     .name = "utility",
     .type = SHAPE_WORD,
     .most = WORD_MAX,
     .words = utility_names,
     .count = UTILITY_COUNT,
     .example = "gas",
     .help = "of the role utility: whose meters it is shown; all unless said"},
    {.of = " users.add ",
     .name = "display",
     .most = ACCOUNT_DISPLAY_MAX,
     .example = "Officer Kim",
     .help = "as people are shown it"},
    {.of = " absence.declare ",
     .name = "from",
     .type = SHAPE_MOMENT,
     .most = TIME_MAX,
     .example = "2026-02-01",
     .help = "when it begins; now unless said"},
    {.of = " absence.declare ",
     .name = "to",
     .type = SHAPE_MOMENT,
     .most = TIME_MAX,
     .needed = true,
     .example = "2026-02-10",
     .help = "when somebody is back"},
    {.of = " absence.declare ",
     .name = "reason",
     .most = ABSENCE_REASON_MAX,
     .needed = true,
     .example = "With the daughter in Busan.",
     .help = "as it was declared"},
    {.of = " tokens.add ",
     .name = "name",
     .least = 1,
     .most = TOKEN_NAME_MAX,
     .needed = true,
     .example = "dispatch",
     .help = "of the service"},
    {.of = " tokens.add ",
     .name = "scopes",
     .type = SHAPE_WORDS,
     .most = 200,
     WORDS(scope_names),
     .needed = true,
     .example = "alerts:read",
     .help = "what it opens"},
    {.of = " tokens.add ",
     .name = "expires",
     .type = SHAPE_TIME,
     .most = TIME_MAX,
     .example = "2026-12-31T00:00:00+09:00",
     .help = "when it opens nothing any more"},
    /* Bodies with nothing else in them. */
    {.of = " daemon.reload sinks.test users.disable users.enable users.release tokens.revoke ",
     .name = "why",
     .most = REQUEST_WHY_MAX,
     .example = "left the team",
     .help = "purpose, for the audit log"},
};
const size_t body_shape_count = sizeof body_shapes / sizeof body_shapes[0];

bool shape_is_of(const struct shape *shape, const struct route *route)
{
    if (!shape->of)
        return true;
    size_t bytes = route->action ? strlen(route->action) : 0;
    const char *at = shape->of;
    while (bytes && (at = strstr(at, route->action)) != NULL) {
        if (at[-1] == ' ' && at[bytes] == ' ')
            return true;
        at += bytes;
    }
    return false;
}

static const struct shape *find(const struct shape *rows, size_t count, const struct route *route,
                                const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].name, name) == 0 && shape_is_of(&rows[i], route))
            return &rows[i];
    return NULL;
}

const struct shape *shape_of_query(const struct route *route, const char *name)
{
    return find(query_shapes, query_shape_count, route, name);
}

const struct shape *shape_of_body(const struct route *route, const char *name)
{
    return find(body_shapes, body_shape_count, route, name);
}

static enum err refuse_word(const struct shape *shape, struct text word, struct fault *fault)
{
    struct buffer known = {0};
    for (size_t i = shape->first; i < shape->count; i++)
        buffer_format(&known, "%s%s", i > shape->first ? ", " : "", shape->words[i]);
    (void)fault_set(fault, ERR_INVALID, "%s: \"%.*s\" is none of %s", shape->name,
                    word.bytes > 60 ? 60 : (int)word.bytes, word.at, known.at);
    buffer_done(&known);
    return ERR_INVALID;
}

static enum err check_words(const struct shape *shape, const char *value, struct fault *fault)
{
    while (*value) {
        struct text word = {value,
                            shape->type == SHAPE_WORDS ? strcspn(value, ",") : strlen(value)};
        size_t i = shape->first;
        while (i < shape->count && !text_is(word, shape->words[i]))
            i++;
        if (i == shape->count)
            return refuse_word(shape, word, fault);
        value += word.bytes + (value[word.bytes] == ',');
    }
    return ERR_OK;
}

static enum err check_number(const struct shape *shape, const char *value, struct fault *fault)
{
    char *end;
    long long n = strtoll(value, &end, 10);
    if (end > value && !*end && n >= shape->least && n <= shape->most)
        return ERR_OK;
    return fault_set(fault, ERR_INVALID, "%s: a number from %" PRId64 " to %" PRId64, shape->name,
                     shape->least, shape->most);
}

enum err shape_check(const struct shape *shape, const char *value, struct fault *fault)
{
    if (!*value && shape->type == SHAPE_WORD)
        return refuse_word(shape, TEXT(""), fault);
    switch (shape->type) {
    case SHAPE_NUMBER: return check_number(shape, value, fault);
    case SHAPE_FLAG:
        return strcmp(value, "1") == 0 || strcmp(value, "0") == 0
                   ? ERR_OK
                   : fault_set(fault, ERR_INVALID, "%s: 1 or 0", shape->name);
    case SHAPE_WORD:
    case SHAPE_WORDS: return check_words(shape, value, fault);
    case SHAPE_TEXT:
    case SHAPE_MOMENT:
    case SHAPE_TIME: break;
    }
    if (shape->most && strlen(value) > (size_t)shape->most)
        return fault_set(fault, ERR_TOO_LARGE, "%s: at most %" PRId64 " bytes", shape->name,
                         shape->most);
    return ERR_OK;
}
