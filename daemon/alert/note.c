/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/note.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "alert/making.h"
#include "base/zone.h"
#include "detectors/say.h"

#define ROW(constant, code, english, ...)   [constant] = {code, english, {__VA_ARGS__}},
#define VALUE_NAME(constant, name, kind)    [constant] = name,
#define VALUE_KIND(constant, name, of_kind) [constant] = of_kind,

const struct note_row note_rows[NOTE_COUNT] = {NOTES(ROW)};
const char *const note_value_names[NOTED_COUNT] = {NOTE_VALUES(VALUE_NAME)};
const enum note_kind note_value_kinds[NOTED_COUNT] = {NOTE_VALUES(VALUE_KIND)};

static size_t place_of(const struct noted *noted, enum note_value value)
{
    const enum note_value *values = note_rows[noted->note].values;
    size_t place = 0;
    while (values[place] != value && values[place] != NOTED_NOTHING)
        place++;
    assert(values[place] == value);
    return place;
}

void note_put(struct noted *noted, enum note_value value, const char *text)
{
    (void)text_copy(text_of(text), noted->values[place_of(noted, value)].text, NOTE_TEXT_MAX);
}

void note_put_number(struct noted *noted, enum note_value value, int64_t number)
{
    noted->values[place_of(noted, value)].number = number;
}

enum note note_named(const char *code)
{
    enum note note = 0;
    while (note < NOTE_COUNT && strcmp(note_rows[note].code, code) != 0)
        note++;
    return note;
}

static void say_weekday(const struct alert *alert, int64_t at_s, struct buffer *out)
{
    char when[SAY_MAX];
    buffer_text(out, say_time(at_s, at_s, zone_offset_s(alert_zone(alert), at_s), when));
}

static void say_value(const struct noted *noted, enum note_value value, const struct alert *alert,
                      struct buffer *out)
{
    size_t place = place_of(noted, value);
    const char *text = noted->values[place].text;
    int64_t number = noted->values[place].number;
    char when[TIME_TEXT_MAX];
    switch (note_value_kinds[value]) {
    case NOTE_TEXT: buffer_text(out, text); break;
    case NOTE_WORD:
        for (; *text; text++)
            buffer_add(out, *text == '_' ? " " : text, 1);
        break;
    case NOTE_ID: buffer_format(out, "%.*s", ALERT_ID_SHOWN, text); break;
    case NOTE_NUMBER: buffer_format(out, "%" PRId64, number); break;
    case NOTE_TIME:
        buffer_text(out, number ? making_time(alert, number, when) : "none known");
        break;
    case NOTE_WEEKDAY: say_weekday(alert, number / 1000, out); break;
    }
}

void note_say(const struct noted *noted, const char *words, const struct alert *alert,
              struct buffer *out)
{
    const char *at = note_rows[noted->note].english;
    for (const char *brace; (brace = strchr(at, '{')); at = strchr(brace, '}') + 1) {
        struct text name = {brace + 1, (size_t)(strchr(brace, '}') - brace - 1)};
        enum note_value value = NOTED_NOTHING + 1;
        buffer_add(out, at, (size_t)(brace - at));
        if (text_is(name, ":words")) {
            if (!making_is_blank(words))
                buffer_format(out, ": %s", words);
            continue;
        }
        while (!text_is(name, note_value_names[value]))
            value++;
        say_value(noted, value, alert, out);
    }
    buffer_text(out, at);
}
