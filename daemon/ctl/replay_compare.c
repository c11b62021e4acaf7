/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/replay_compare.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "detectors/detector.h"

struct raised {
    char *key, *line; /* household and team; what a person reads */
    char *time;
    size_t detector; /* of its first reason; detector_count: another version's */
};

/* What a detector raises first. */
struct effect {
    size_t before, after, dropped, added;
};

struct raised_list {
    struct raised *rows;
    size_t count, room;
};

static void add(struct raised_list *list, const json_t *event)
{
    const json_t *data = json_object_get(event, "data");
    const char *household = json_string_value(json_object_get(event, "subject"));
    const char *time = json_string_value(json_object_get(event, "time"));
    const char *team = json_string_value(json_object_get(data, "team"));
    const char *severity = json_string_value(json_object_get(data, "severity"));
    const json_t *reason = json_array_get(json_object_get(data, "reasons"), 0);
    const char *summary = json_string_value(json_object_get(reason, "summary"));
    const char *detector = json_string_value(json_object_get(reason, "detector"));
    if (!household || !time || !team)
        return;
    struct buffer key = {0}, line = {0};
    buffer_format(&key, "%s %s", household, team);
    struct text sentence = text_without_stop(text_of(summary ? summary : ""));
    buffer_format(&line, "%s  %-8s %-8s %-8s %s  %.*s", time, severity ? severity : "", team,
                  detector ? detector : "", household, (int)sentence.bytes, sentence.at);
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 64;
        list->rows = memory_grow(list->rows, list->room * sizeof *list->rows);
    }
    size_t d = 0;
    while (detector && d < detector_count && strcmp(detectors[d]->name, detector) != 0)
        d++;
    list->rows[list->count++] =
        (struct raised){key.at, line.at, memory_text(text_of(time)), detector ? d : detector_count};
}

static void read_events(struct text events, struct raised_list *list)
{
    const char *at = events.at, *end = events.at + events.bytes;
    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        size_t bytes = (size_t)((line_end ? line_end : end) - at);
        json_t *event = json_loadb(at, bytes, 0, NULL);
        const char *type = json_string_value(json_object_get(event, "type"));
        if (type && strcmp(type, "anbu.alert.raised") == 0)
            add(list, event);
        json_decref(event);
        at += bytes + 1;
    }
}

static int by_key_time(const void *a, const void *b)
{
    const struct raised *one = a, *two = b;
    int order = strcmp(one->key, two->key);
    return order ? order : strcmp(one->time, two->time);
}

static void list_done(struct raised_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->rows[i].key);
        free(list->rows[i].line);
        free(list->rows[i].time);
    }
    free(list->rows);
}

static void say_effects(const struct effect *effects, FILE *out)
{
    for (size_t d = 0; d < detector_count; d++)
        if (effects[d].before || effects[d].after)
            (void)fprintf(out, "%s: %zu -> %zu, %zu dropped, %zu added\n", detectors[d]->name,
                          effects[d].before, effects[d].after, effects[d].dropped,
                          effects[d].added);
}

int replay_compare(struct text one, struct text two, const char *one_name, const char *two_name,
                   FILE *out)
{
    struct raised_list a = {0}, b = {0};
    struct effect effects[DETECTOR_COUNT_MAX + 1] = {0};
    size_t i = 0, j = 0, dropped = 0, added = 0;
    read_events(one, &a);
    read_events(two, &b);
    if (a.count)
        qsort(a.rows, a.count, sizeof *a.rows, by_key_time);
    if (b.count)
        qsort(b.rows, b.count, sizeof *b.rows, by_key_time);
    for (size_t row = 0; row < a.count; row++)
        effects[a.rows[row].detector].before++;
    for (size_t row = 0; row < b.count; row++)
        effects[b.rows[row].detector].after++;
    while (i < a.count || j < b.count) {
        int order = i == a.count ? 1 : j == b.count ? -1 : by_key_time(&a.rows[i], &b.rows[j]);
        if (order < 0) {
            (void)fprintf(out, "- %s\n", a.rows[i].line);
            effects[a.rows[i++].detector].dropped++;
            dropped++;
        } else if (order > 0) {
            (void)fprintf(out, "+ %s\n", b.rows[j].line);
            effects[b.rows[j++].detector].added++;
            added++;
        } else {
            i++;
            j++;
        }
    }
    say_effects(effects, out);
    (void)fprintf(out,
                  "%s raises %zu alerts, %s raises %zu: %zu dropped, %zu added, %zu the same\n",
                  one_name, a.count, two_name, b.count, dropped, added, a.count - dropped);
    list_done(&a);
    list_done(&b);
    return 0;
}
