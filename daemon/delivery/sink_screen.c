/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alert/lifecycle.h"
#include "delivery/safe.h"
#include "delivery/sink.h"
#include "detectors/vocabulary.h"

#define FIELD_BYTES_MAX  96   /* of ids, areas, names */
#define DETAIL_BYTES_MAX 1000 /* of reasons or notes */
#define MINUTES          16   /* bytes of "2026-01-16T07:00" */

struct sink_screen {
    int fd;
    bool colour;
    struct buffer line;
};

static const char *const colours[SEVERITY_COUNT] = {
    [SEVERITY_LOW] = "\033[36m",
    [SEVERITY_MEDIUM] = "\033[33m",
    [SEVERITY_HIGH] = "\033[1;33m",
    [SEVERITY_CRITICAL] = "\033[1;31m",
};

static const char *member(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

static void put_severity(struct buffer *out, const char *severity, bool colour)
{
    const char *paint = "";
    for (int i = 0; i < SEVERITY_COUNT; i++)
        if (colour && strcmp(severity, severity_names[i]) == 0)
            paint = colours[i];
    char upper[FIELD_BYTES_MAX];
    (void)text_copy(text_of(severity[0] ? severity : "?"), upper, sizeof upper);
    for (char *at = upper; *at; at++)
        if (*at >= 'a' && *at <= 'z')
            *at = (char)(*at - 'a' + 'A');
    buffer_text(out, paint);
    safe_put(out, upper, FIELD_BYTES_MAX);
    buffer_text(out, paint[0] ? "\033[0m" : "");
}

/* The event's time is written in the household's zone: its first part is the local time. */
static void put_time(struct buffer *out, const char *time)
{
    char local[MINUTES + 1];
    (void)text_copy(text_of(time[0] ? time : "?"), local, sizeof local);
    char *separator = strchr(local, 'T');
    if (separator)
        *separator = ' ';
    safe_put(out, local, sizeof local);
}

/* Adds to a list of sentences, whether or not they end as sentences do. */
static void put_detail(struct buffer *detail, const char *text)
{
    struct text sentence = text_without_stop(text_of(text));
    if (!sentence.bytes)
        return;
    if (detail->bytes)
        buffer_text(detail, "; ");
    buffer_add(detail, sentence.at, sentence.bytes);
}

static void put_reasons(struct buffer *detail, const json_t *data)
{
    const json_t *reasons = json_object_get(data, "reasons");
    for (size_t i = 0; i < json_array_size(reasons); i++) {
        const json_t *reason = json_array_get(reasons, i);
        if (!json_is_false(json_object_get(reason, "active")))
            put_detail(detail, member(reason, "summary"));
    }
}

/* Who did it, and what was said: the last step of the alert's history. */
static void put_step(struct buffer *detail, const json_t *data)
{
    const json_t *steps = json_object_get(data, "steps");
    size_t count = json_array_size(steps);
    const json_t *step = count ? json_array_get(steps, count - 1) : NULL;
    const char *who = member(step, "who"), *note = member(step, "note");
    put_detail(detail, member(data, "outcome"));
    if (who[0] && strcmp(who, ALERT_WHO_MACHINE) != 0) {
        put_detail(detail, "by ");
        buffer_text(detail, who);
    }
    put_detail(detail, note);
}

static bool tells_reasons(const char *type)
{
    static const char *const types[] = {"anbu.alert.raised", "anbu.alert.updated",
                                        "anbu.alert.escalated", "anbu.alert.reopened",
                                        "anbu.alert.referred"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(type, types[i]) == 0)
            return true;
    return false;
}

static void put_event(const json_t *event, bool colour, struct buffer *out)
{
    const json_t *data = json_object_get(event, "data");
    const char *type = member(event, "type"), *area = member(data, "area");
    struct buffer detail = {0};
    safe_put(out, type, FIELD_BYTES_MAX);
    buffer_text(out, "  ");
    put_severity(out, member(data, "severity"), colour);
    buffer_text(out, " ");
    safe_put(out, member(data, "team"), FIELD_BYTES_MAX);
    buffer_text(out, "  ");
    safe_put(out, member(event, "subject"), FIELD_BYTES_MAX);
    if (area[0]) {
        buffer_text(out, " (");
        safe_put(out, area, FIELD_BYTES_MAX);
        buffer_text(out, ")");
    }
    buffer_text(out, "  ");
    put_time(out, member(event, "time"));
    if (tells_reasons(type))
        put_reasons(&detail, data);
    if (!detail.bytes)
        put_step(&detail, data);
    if (detail.bytes) {
        buffer_text(out, "  ");
        safe_put(out, detail.at, DETAIL_BYTES_MAX);
    }
    char id[ALERT_ID_SHOWN + 1];
    (void)text_copy(text_of(member(data, "alert")), id, sizeof id);
    buffer_text(out, "  [");
    safe_put(out, id, sizeof id);
    buffer_text(out, "]");
    buffer_done(&detail);
}

/* Of an area or feeder, for the utility: it has neither severity nor team. */
static void put_incident(const json_t *event, struct buffer *out)
{
    const json_t *data = json_object_get(event, "data");
    safe_put(out, member(event, "type"), FIELD_BYTES_MAX);
    buffer_text(out, "  ");
    safe_put(out, member(event, "subject"), FIELD_BYTES_MAX);
    buffer_text(out, "  ");
    put_time(out, member(data, "from"));
    if (strcmp(member(data, "kind"), "dark") == 0)
        buffer_format(out, "  %lld of %lld homes without electricity",
                      (long long)json_integer_value(json_object_get(data, "dark")),
                      (long long)json_integer_value(json_object_get(data, "metered")));
    else
        buffer_format(out, "  %lld signs of life where %.0f are usual",
                      (long long)json_integer_value(json_object_get(data, "seen")),
                      json_number_value(json_object_get(data, "expected")));
    char id[ALERT_ID_SHOWN + 1];
    (void)text_copy(text_of(member(data, "incident")), id, sizeof id);
    buffer_text(out, "  [");
    safe_put(out, id, sizeof id);
    buffer_text(out, "]");
}

static bool is_incident(const char *type)
{
    return strncmp(type, "anbu.incident.", strlen("anbu.incident.")) == 0;
}

void sink_screen_line(struct text event, bool colour, struct buffer *out)
{
    json_error_t why;
    json_t *root = event.bytes ? json_loadb(event.at, event.bytes, 0, &why) : NULL;
    bool whole = root && member(root, "type")[0] && json_is_object(json_object_get(root, "data"));
    if (whole && is_incident(member(root, "type")))
        put_incident(root, out);
    else if (whole)
        put_event(root, colour, out);
    else
        buffer_format(out, "unreadable event of %zu bytes: %s", event.bytes,
                      root ? "no CloudEvent with type and data" : "not JSON");
    json_decref(root);
}

struct sink_screen *sink_screen_new(int fd)
{
    struct sink_screen *screen = memory_get(sizeof *screen);
    screen->fd = fd;
    screen->colour = isatty(fd) && !getenv("NO_COLOR");
    return screen;
}

static enum err deliver(void *sink, struct text event, struct fault *fault)
{
    struct sink_screen *screen = sink;
    buffer_clear(&screen->line);
    sink_screen_line(event, screen->colour, &screen->line);
    buffer_text(&screen->line, "\n");
    for (size_t done = 0; done < screen->line.bytes;) {
        ssize_t n = write(screen->fd, screen->line.at + done, screen->line.bytes - done);
        if (n >= 0) {
            done += (size_t)n;
            continue;
        }
        if (errno == EINTR)
            continue;
        /* A reader that went away does not come back. */
        if (errno == EPIPE || errno == EBADF)
            return fault_set(fault, ERR_CONFIG, "screen: %s; nothing more is shown",
                             strerror(errno));
        return fault_set(fault, ERR_IO, "screen: %s", strerror(errno));
    }
    return ERR_OK;
}

static void screen_free(void *sink)
{
    struct sink_screen *screen = sink;
    if (!screen)
        return;
    buffer_done(&screen->line);
    free(screen);
}

const struct sink_ops sink_screen_ops = {
    .name = "screen",
    .deliver = deliver,
    .free = screen_free,
};
