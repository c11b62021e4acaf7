/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/screen.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/utf8.h"

#define WIDTH_MIN 40

/* The first of LC_ALL, LC_CTYPE, LANG that is set decides (POSIX). */
static bool locale_is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (!value || !value[0])
            continue;
        const char *set = strchr(value, '.');
        return set &&
               (strncasecmp(set + 1, "UTF-8", 5) == 0 || strncasecmp(set + 1, "UTF8", 4) == 0);
    }
    return false;
}

struct screen screen_of(int fd)
{
    struct screen screen = {.utf8 = locale_is_utf8()};
    struct winsize size;
    screen.foreign = screen.utf8 || !isatty(fd);
    if (!isatty(fd))
        return screen;
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    screen.colour = !(no_color && no_color[0]) && !(term && strcmp(term, "dumb") == 0);
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= WIDTH_MIN)
        screen.width = size.ws_col;
    return screen;
}

void screen_paint(const struct screen *screen, enum paint paint, const char *plain,
                  struct buffer *out)
{
    static const char *const codes[] = {
        [PAINT_NONE] = "",    [PAINT_BOLD] = "1",    [PAINT_DIM] = "2",
        [PAINT_RED] = "1;31", [PAINT_YELLOW] = "33", [PAINT_GREEN] = "32",
    };
    if (screen->colour && paint != PAINT_NONE && plain[0])
        buffer_format(out, "\x1b[%sm%s\x1b[0m", codes[paint], plain);
    else
        buffer_text(out, plain);
}

void screen_plain(const struct screen *screen, struct text from, bool keep_lines,
                  struct buffer *out)
{
    for (size_t i = 0; i < from.bytes;) {
        unsigned char byte = (unsigned char)from.at[i];
        size_t n = utf8_length(from.at + i, from.bytes - i);
        bool c1 = n == 2 && byte == 0xc2 && (unsigned char)from.at[i + 1] < 0xa0;
        bool kept = byte >= 0x20 ? byte != 0x7f : byte == '\n' && keep_lines;
        if (n == 0 || !kept || c1 || (n > 1 && !screen->foreign))
            buffer_text(out, "?");
        else
            buffer_add(out, from.at + i, n);
        i += n ? n : 1;
    }
}

/* Unicode's East Asian Width, its large blocks. */
static const struct {
    uint32_t first, last;
} wide[] = {
    {0x1100, 0x115f}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe4f},
    {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x20000, 0x3fffd},
};

static size_t columns_of(const char *at, size_t bytes)
{
    uint32_t code = (unsigned char)at[0];
    if (bytes > 1) {
        code &= 0xffu >> (bytes + 1);
        for (size_t i = 1; i < bytes; i++)
            code = code << 6 | ((unsigned char)at[i] & 0x3fu);
    }
    if (code >= 0x300 && code <= 0x36f)
        return 0;
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        if (code >= wide[i].first && code <= wide[i].last)
            return 2;
    return 1;
}

static size_t walk(struct text plain, size_t columns_max, size_t *columns)
{
    size_t i = 0;
    *columns = 0;
    while (i < plain.bytes) {
        size_t n = utf8_length(plain.at + i, plain.bytes - i);
        n = n ? n : 1;
        size_t more = columns_of(plain.at + i, n);
        if (*columns + more > columns_max)
            break;
        *columns += more;
        i += n;
    }
    return i;
}

size_t screen_columns(struct text plain)
{
    size_t columns;
    (void)walk(plain, SIZE_MAX, &columns);
    return columns;
}

size_t screen_fit(struct text plain, size_t columns_max)
{
    size_t columns;
    return walk(plain, columns_max, &columns);
}

void screen_duration(int64_t seconds, struct buffer *out)
{
    int64_t s = seconds > 0 ? seconds : 0;
    if (s >= 2 * 86400)
        buffer_format(out, "%" PRId64 " d %" PRId64 " h", s / 86400, s % 86400 / 3600);
    else if (s >= 3600)
        buffer_format(out, "%" PRId64 " h %" PRId64 " min", s / 3600, s % 3600 / 60);
    else if (s >= 60)
        buffer_format(out, "%" PRId64 " min", s / 60);
    else
        buffer_format(out, "%" PRId64 " s", s);
}

void screen_time(const char *rfc3339, struct buffer *out)
{
    if (strlen(rfc3339) >= 19 && rfc3339[10] == 'T')
        buffer_format(out, "%.10s %.5s", rfc3339, rfc3339 + 11);
    else
        buffer_text(out, rfc3339);
}
