/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery/telling.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "delivery/safe.h"
#include "delivery/words.h"

#define TYPE_PREFIX  "anbu."
#define TEST_TYPE    "anbu.test"
#define FIRST        ".1" /* version of an alert's first event */
#define WORD_MAX     96   /* of ids, areas, names */
#define SENTENCE_MAX 600
#define DATE_BYTES   10
#define CLOCK_BYTES  5

struct making {
    const json_t *event, *data;
    enum language language;
    const struct words *words; /* of it */
    struct telling *telling;
};

bool telling_is_id(const char *id)
{
    size_t n = strlen(id);
    return n > 0 && n < TELLING_ID_MAX &&
           strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:") == n;
}

static const char *member(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

static struct buffer *field(const struct making *making, enum template_field which)
{
    return &making->telling->texts[which];
}

static void copy(const struct making *making, enum template_field which, const char *key)
{
    safe_put(field(making, which), member(making->data, key), WORD_MAX);
}

/* A word of a vocabulary in the language; one that is none of ours as it stands. */
static void put_word(struct buffer *out, const char *word, const char *const *names,
                     const char *const *words, size_t count)
{
    size_t i = 0;
    while (i < count && strcmp(word, names[i]) != 0)
        i++;
    safe_put(out, i < count ? words[i] : word, WORD_MAX);
}

/* Event times are written in the household's zone: the local time stands first. */
static void put_moment(const struct words *words, struct buffer *out, const char *time)
{
    char clock[CLOCK_BYTES + 1];
    int64_t ms;
    int32_t day;
    bool has_offset;
    if (time_parse(text_of(time), &ms, &has_offset) ||
        date_parse((struct text){time, DATE_BYTES}, &day))
        return;
    (void)text_copy((struct text){time + DATE_BYTES + 1, CLOCK_BYTES}, clock, sizeof clock);
    struct civil civil = civil_of((int64_t)day * 86400);
    const struct moment moment = {civil.month, civil.day, civil.weekday, clock};
    words->moment(&moment, out);
}

void telling_reason(const json_t *reason, enum language language, struct buffer *out)
{
    const struct words *words = words_in(language);
    struct buffer since = {0};
    put_moment(words, &since, member(reason, "since"));
    if (!words->reason(reason, buffer_view(&since).at, out))
        buffer_text(out, member(reason, "summary"));
    buffer_done(&since);
}

static void put_reason(const struct making *making, const json_t *reason)
{
    struct buffer *out = field(making, FIELD_REASONS);
    struct buffer sentence = {0};
    telling_reason(reason, making->language, &sentence);
    if (sentence.bytes) {
        buffer_text(out, out->bytes ? "\n" : "");
        safe_put(out, sentence.at, SENTENCE_MAX);
    }
    buffer_done(&sentence);
}

/* Those that hold; of one that has been closed, those that held. */
static void put_reasons(const struct making *making)
{
    const json_t *reasons = json_object_get(making->data, "reasons");
    bool any = false;
    for (int active = 1; active >= 0 && !any; active--)
        for (size_t i = 0; i < json_array_size(reasons); i++) {
            const json_t *reason = json_array_get(reasons, i);
            if (json_is_true(json_object_get(reason, "active")) != (active == 1))
                continue;
            put_reason(making, reason);
            any = true;
        }
}

static void put_happening(const struct making *making)
{
    const char *type = member(making->event, "type");
    size_t prefix = sizeof TYPE_PREFIX - 1, i = 0;
    if (strncmp(type, TYPE_PREFIX, prefix) == 0)
        type += prefix;
    while (i < HAPPENING_COUNT && strcmp(type, happening_names[i]) != 0)
        i++;
    safe_put(field(making, FIELD_WHAT),
             i < HAPPENING_COUNT ? making->words->happenings[i] : making->words->other, WORD_MAX);
}

static void fill_alert(const struct making *making, const char *public_url)
{
    const json_t *data = making->data;
    const struct words *words = making->words;
    const char *alert = member(data, "alert"), *desk = member(data, "desk");
    const json_t *reason = json_array_get(json_object_get(data, "reasons"), 0);
    char shown[ALERT_ID_SHOWN + 1];
    put_word(field(making, FIELD_SEVERITY), member(data, "severity"), severity_names,
             words->severities, SEVERITY_COUNT);
    put_word(field(making, FIELD_TEAM), desk[0] ? desk : member(data, "team"), team_names,
             words->teams, TEAM_COUNT);
    put_word(field(making, FIELD_OUTCOME), member(data, "outcome"), outcome_names, words->outcomes,
             OUTCOME_COUNT);
    copy(making, FIELD_AREA, "area");
    copy(making, FIELD_OWNER, "owner");
    put_reasons(making);
    put_moment(words, field(making, FIELD_SINCE), member(reason, "since"));
    put_moment(words, field(making, FIELD_LAST_LIFE), member(data, "last_sign_of_life"));
    (void)text_copy(text_of(alert), shown, sizeof shown);
    safe_put(field(making, FIELD_ALERT), shown, WORD_MAX);
    if (public_url[0] && telling_is_id(alert))
        buffer_format(field(making, FIELD_LINK), "%s/#/alerts/%s", public_url, alert);
}

static void fill_incident(const struct making *making, const char *public_url)
{
    const json_t *data = making->data;
    const char *word = member(data, "kind");
    size_t kind = 0;
    copy(making, FIELD_GROUP, "group");
    put_moment(making->words, field(making, FIELD_SINCE), member(data, "from"));
    while (kind < INCIDENT_KIND_COUNT && strcmp(word, incident_kind_names[kind]) != 0)
        kind++;
    bool silent = kind == INCIDENT_SILENT;
    if (kind < INCIDENT_KIND_COUNT)
        making->words->homes(
            (enum incident_kind)kind,
            (long long)json_number_value(json_object_get(data, silent ? "seen" : "dark")),
            (long long)json_number_value(json_object_get(data, silent ? "expected" : "metered")),
            field(making, FIELD_HOMES));
    if (public_url[0])
        buffer_format(field(making, FIELD_LINK), "%s/#/areas", public_url);
}

enum err telling_make(struct text event, enum language language, const char *public_url,
                      struct telling *out, struct fault *fault)
{
    json_error_t why;
    json_t *root = event.bytes ? json_loadb(event.at, event.bytes, 0, &why) : NULL;
    *out = (struct telling){.kind = TEMPLATE_ALERT};
    struct making making = {root, json_object_get(root, "data"), language, words_in(language), out};
    const char *id = member(root, "id");
    bool incident = member(making.data, "incident")[0];
    bool test = strcmp(member(root, "type"), TEST_TYPE) == 0;
    const char *subject = member(making.data, incident ? "incident" : "alert");
    bool named = telling_is_id(subject) && strlen(subject) + sizeof FIRST <= sizeof out->thread;
    bool whole = telling_is_id(id) && (test || named);
    enum err err =
        whole ? ERR_OK : fault_set(fault, ERR_INVALID, "no event of an alert or an incident");
    if (!err) {
        out->kind = test ? TEMPLATE_TEST : incident ? TEMPLATE_INCIDENT : TEMPLATE_ALERT;
        (void)snprintf(out->id, sizeof out->id, "%s", id);
        (void)snprintf(out->thread, sizeof out->thread, "%s%s", test ? id : subject,
                       test ? "" : FIRST);
        put_happening(&making);
        if (incident)
            fill_incident(&making, public_url);
        else if (!test)
            fill_alert(&making, public_url);
    }
    for (int i = 0; i < TEMPLATE_FIELD_COUNT; i++)
        out->values[i] = buffer_view(&out->texts[i]).at;
    json_decref(root);
    return err;
}

void telling_done(struct telling *telling)
{
    for (int i = 0; i < TEMPLATE_FIELD_COUNT; i++)
        buffer_done(&telling->texts[i]);
}
