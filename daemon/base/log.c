/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/utf8.h"

#define LINE_MAX_BYTES 4096 /* PIPE_BUF: lines of several threads do not mix */
#define LINE_RESERVE   32   /* for what must follow: the end of a value, of the line, "cut" */
#define VALUE_MAX      1280 /* raw bytes of one value: a fault's text, and something around it */

const char *const log_level_names[LOG_LEVEL_COUNT + 1] = {"error", "warning", "info", "debug",
                                                          NULL};
const char *const log_format_names[LOG_FORMAT_COUNT + 1] = {
    [LOG_LOGFMT] = "logfmt", [LOG_JSON] = "json", [LOG_FORMAT_COUNT] = NULL};

static atomic_int level_shown = LOG_INFO;
static atomic_int format_used = LOG_LOGFMT;
static struct log_counts counts;

void log_set_level(enum log_level level)
{
    atomic_store(&level_shown, (int)level);
}

void log_set_format(enum log_format format)
{
    atomic_store(&format_used, (int)format);
}

const struct log_counts *log_counts(void)
{
    return &counts;
}

bool log_quota_take(struct log_quota *quota, int64_t now_ms, unsigned *withheld)
{
    long long start = atomic_load(&quota->window_start_ms);
    *withheld = 0;
    if ((start == 0 || now_ms - start >= quota->window_ms) &&
        atomic_compare_exchange_strong(&quota->window_start_ms, &start, now_ms ? now_ms : 1)) {
        atomic_store(&quota->in_window, 1);
        *withheld = atomic_exchange(&quota->withheld, 0);
        return true;
    }
    if (atomic_fetch_add(&quota->in_window, 1) < quota->lines)
        return true;
    (void)atomic_fetch_add(&quota->withheld, 1);
    return false;
}

/* ---- the line ---- */

struct line {
    enum log_format format;
    char at[LINE_MAX_BYTES];
    size_t bytes;
    bool cut; /* something did not fit; nothing more is taken */
};

/* Whole or not at all; true when it fits. */
static bool put(struct line *line, const char *from, size_t bytes)
{
    if (line->cut || line->bytes + bytes > sizeof line->at - LINE_RESERVE) {
        line->cut = true;
        return false;
    }
    memcpy(line->at + line->bytes, from, bytes);
    line->bytes += bytes;
    return true;
}

/* Into the reserve: what closes something that has been opened. */
static void put_end(struct line *line, const char *text)
{
    size_t bytes = strlen(text);
    assert(line->bytes + bytes <= sizeof line->at);
    memcpy(line->at + line->bytes, text, bytes);
    line->bytes += bytes;
}

/* One character, escaped as JSON has it, whatever the format: no control characters, nothing that a
 * reader takes for a line's end. */
static bool put_character(struct line *line, const char *at, size_t bytes)
{
    char text[16];
    unsigned char c = (unsigned char)at[0];
    if (bytes == 1 && (c == '"' || c == '\\'))
        (void)snprintf(text, sizeof text, "\\%c", c);
    else if (bytes == 1 && c == '\n')
        (void)snprintf(text, sizeof text, "\\n");
    else if (bytes == 1 && (c < 0x20 || c == 0x7f))
        (void)snprintf(text, sizeof text, "\\u%04x", c);
    else if (bytes == 2 && c == 0xc2 && (unsigned char)at[1] < 0xa0) /* C1: terminals obey */
        (void)snprintf(text, sizeof text, "\\u%04x", (unsigned char)at[1]);
    else if (bytes == 3 && (memcmp(at, "\xe2\x80\xa8", 3) == 0 ||
                            memcmp(at, "\xe2\x80\xa9", 3) == 0)) /* line and paragraph ends */
        (void)snprintf(text, sizeof text, "\\u20%02x", (unsigned char)at[2] - 0x80);
    else
        return put(line, at, bytes);
    return put(line, text, strlen(text));
}

static void put_quoted(struct line *line, struct text value)
{
    if (!put(line, "\"", 1))
        return;
    for (size_t i = 0, n; i < value.bytes && !line->cut; i += n ? n : 1) {
        n = utf8_length(value.at + i, value.bytes - i);
        if (n)
            (void)put_character(line, value.at + i, n);
        else
            (void)put(line, UTF8_REPLACEMENT, sizeof UTF8_REPLACEMENT - 1);
    }
    put_end(line, "\"");
}

/* A logfmt value that needs no quotes: one word of plain characters. */
static bool is_plain(struct text value)
{
    for (size_t i = 0; i < value.bytes; i++)
        if (value.at[i] <= ' ' || value.at[i] > '~' || strchr("\"=\\", value.at[i]))
            return false;
    return value.bytes > 0;
}

/* The name, up to its value; the whole field is left out when its name does not fit. */
static bool put_name(struct line *line, struct text name)
{
    char text[64];
    if (line->cut)
        return false;
    bool first = line->bytes == (line->format == LOG_JSON ? 1 : 0);
    int n = snprintf(text, sizeof text, line->format == LOG_JSON ? "%s\"%.*s\":" : "%s%.*s=",
                     first                      ? ""
                     : line->format == LOG_JSON ? ","
                                                : " ",
                     (int)(name.bytes < 48 ? name.bytes : 48), name.at);
    if (line->bytes + (size_t)n + 8 > sizeof line->at - LINE_RESERVE) { /* a value must follow */
        line->cut = true;
        return false;
    }
    return put(line, text, (size_t)n);
}

static void put_field(struct line *line, struct text name, struct text value, bool number)
{
    if (!put_name(line, name))
        return;
    if (number || (line->format == LOG_LOGFMT && is_plain(value)))
        (void)put(line, value.at, value.bytes);
    else
        put_quoted(line, value);
}

/* ---- the template ---- */

struct template
{
    const char *at;
    va_list args;
};

struct value {
    char at[VALUE_MAX];
    size_t bytes;
};

static void value_add(struct value *value, const char *from, size_t bytes)
{
    size_t room = sizeof value->at - value->bytes;
    size_t kept = bytes < room ? bytes : room;
    memcpy(value->at + value->bytes, from, kept);
    value->bytes += kept;
    if (kept == bytes)
        return;
    /* Not in the middle of a character. */
    while (value->bytes && ((unsigned char)value->at[value->bytes - 1] & 0xc0) == 0x80)
        value->bytes--;
    if (value->bytes && (unsigned char)value->at[value->bytes - 1] >= 0xc0)
        value->bytes--;
}

struct conversion {
    int precision; /* -1: none */
    int longs;     /* l: 1, ll: 2 */
    bool size;     /* z */
    char kind;
};

static struct conversion conversion_read(struct template *from)
{
    struct conversion conversion = {.precision = -1};
    from->at++; /* the percent sign */
    if (*from->at == '.' && from->at[1] == '*') {
        conversion.precision = va_arg(from->args, int);
        from->at += 2;
    } else if (*from->at == '.') {
        conversion.precision = 0;
        while (*++from->at >= '0' && *from->at <= '9')
            conversion.precision = conversion.precision * 10 + (*from->at - '0');
    }
    for (; *from->at == 'l'; from->at++)
        conversion.longs++;
    if (*from->at == 'z') {
        conversion.size = true;
        from->at++;
    }
    conversion.kind = *from->at;
    assert(conversion.kind && strchr("diuscg%", conversion.kind) &&
           "a conversion that log_line has not");
    from->at++;
    return conversion;
}

static void text_take(struct template *from, int precision, struct value *out)
{
    const char *text = va_arg(from->args, const char *);
    if (!text)
        text = "-";
    value_add(out, text, precision < 0 ? strlen(text) : strnlen(text, (size_t)precision));
}

static void conversion_take(struct template *from, struct value *out)
{
    struct conversion conversion = conversion_read(from);
    char text[40] = "%";
    switch (conversion.kind) {
    case 's': text_take(from, conversion.precision, out); return;
    case 'c': text[0] = (char)va_arg(from->args, int); break;
    case 'g': (void)snprintf(text, sizeof text, "%g", va_arg(from->args, double)); break;
    case 'd':
    case 'i':
        (void)snprintf(text, sizeof text, "%lld",
                       conversion.longs == 2   ? va_arg(from->args, long long)
                       : conversion.longs == 1 ? va_arg(from->args, long)
                                               : va_arg(from->args, int));
        break;
    case 'u':
        (void)snprintf(text, sizeof text, "%llu",
                       conversion.size         ? va_arg(from->args, size_t)
                       : conversion.longs == 2 ? va_arg(from->args, unsigned long long)
                       : conversion.longs == 1 ? va_arg(from->args, unsigned long)
                                               : va_arg(from->args, unsigned));
        break;
    default: break;
    }
    value_add(out, text, strlen(text));
}

/* `%u`, `%lld` ... and nothing beside it: stays a number in JSON. */
static bool is_number(const char *at, bool quoted)
{
    if (quoted || *at++ != '%')
        return false;
    at += strspn(at, "lz");
    return *at && strchr("diu", *at) && (at[1] == ' ' || at[1] == '\0');
}

static void put_fields(struct line *line, struct template *from)
{
    while (*from->at && !line->cut) {
        struct value value = {.bytes = 0};
        struct text name = {from->at, strcspn(from->at, "=")};
        assert(from->at[name.bytes] == '=' && "a field of log_line is name=value");
        from->at += name.bytes + 1;
        bool quoted = *from->at == '"';
        from->at += quoted;
        bool number = is_number(from->at, quoted);
        while (*from->at && *from->at != (quoted ? '"' : ' ')) {
            if (*from->at == '%') {
                conversion_take(from, &value);
            } else {
                value_add(&value, from->at, 1);
                from->at++;
            }
        }
        put_field(line, name, (struct text){value.at, value.bytes}, number);
        from->at += quoted && *from->at;
        from->at += strspn(from->at, " ");
    }
}

static void put_head(struct line *line, enum log_level level, const char *what)
{
    char text[40];
    struct timespec now;
    struct tm utc;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &utc);
    int n = snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                     now.tv_nsec / 1000000);
    if (line->format == LOG_JSON)
        (void)put(line, "{", 1);
    put_field(line, TEXT("time"), (struct text){text, (size_t)n}, false);
    put_field(line, TEXT("level"), text_of(log_level_names[level]), false);
    if (put_name(line, TEXT("event")))
        put_quoted(line, text_of(what)); /* always: it is what people search for */
}

void log_line(enum log_level level, const char *what, const char *fields_format, ...)
{
    if ((int)level > atomic_load_explicit(&level_shown, memory_order_relaxed))
        return;
    struct line line;
    struct template from = {.at = fields_format};
    line.format = (enum log_format)atomic_load_explicit(&format_used, memory_order_relaxed);
    line.bytes = 0;
    line.cut = false;
    put_head(&line, level, what);
    va_start(from.args, fields_format);
    put_fields(&line, &from);
    va_end(from.args);
    if (line.cut)
        put_end(&line, line.format == LOG_JSON ? ",\"cut\":true" : " cut=true");
    put_end(&line, line.format == LOG_JSON ? "}\n" : "\n");
    (void)atomic_fetch_add_explicit(&counts.lines[level], 1, memory_order_relaxed);
    /* A log line that cannot be written has nowhere to be reported. */
    ssize_t written = write(STDERR_FILENO, line.at, line.bytes);
    (void)written;
}

void log_each(enum log_level level, const char *what, const char *lines)
{
    for (int i = 0; i < LOG_EACH_MAX && *lines; i++) {
        size_t bytes = strcspn(lines, "\n");
        log_line(level, what, "detail=\"%.*s\"", (int)bytes, lines);
        lines += bytes + (lines[bytes] == '\n');
    }
}
