/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery/mail.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "base/zone.h"

#define LINE_BYTES  57 /* of them base64 makes the 76 of a line */
#define WORD_BYTES  39 /* of an encoded word, 75 at most, with room for =?UTF-8?B?...?= */
#define ENCODED_MAX sodium_base64_ENCODED_LEN(LINE_BYTES, sodium_base64_VARIANT_ORIGINAL)

static void put_base64(struct text from, struct buffer *out)
{
    char text[ENCODED_MAX];
    (void)sodium_bin2base64(text, sizeof text, (const unsigned char *)from.at, from.bytes,
                            sodium_base64_VARIANT_ORIGINAL);
    buffer_text(out, text);
}

static bool is_plain(struct text value)
{
    for (size_t i = 0; i < value.bytes; i++)
        if (value.at[i] < ' ' || value.at[i] > '~')
            return false;
    return value.bytes < LINE_BYTES && (value.bytes < 2 || memcmp(value.at, "=?", 2) != 0);
}

void mail_put_encoded(struct text value, struct buffer *out)
{
    if (is_plain(value)) {
        buffer_add(out, value.at, value.bytes);
        return;
    }
    for (size_t begun = 0; begun < value.bytes;) {
        size_t bytes = 0, step;
        do {
            step = utf8_length(value.at + begun + bytes, value.bytes - begun - bytes);
            bytes += step ? step : 1;
            step = utf8_length(value.at + begun + bytes, value.bytes - begun - bytes);
        } while (begun + bytes < value.bytes && bytes + (step ? step : 1) <= WORD_BYTES);
        buffer_text(out, begun ? "\r\n =?UTF-8?B?" : "=?UTF-8?B?");
        put_base64((struct text){value.at + begun, bytes}, out);
        buffer_text(out, "?=");
        begun += bytes;
    }
}

static void put_date(int64_t at_s, struct buffer *out)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil at = civil_of(at_s);
    buffer_format(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[at.weekday], at.day,
                  months[at.month - 1], (int)at.year, at.hour, at.minute, at.second);
}

static void put_body(struct text body, struct buffer *out)
{
    struct buffer lines = {0};
    for (size_t i = 0; i < body.bytes; i++) {
        if (body.at[i] == '\n')
            buffer_text(&lines, "\r");
        buffer_add(&lines, body.at + i, 1);
    }
    for (size_t begun = 0; begun < lines.bytes; begun += LINE_BYTES) {
        size_t left = lines.bytes - begun;
        put_base64((struct text){lines.at + begun, left < LINE_BYTES ? left : LINE_BYTES}, out);
        buffer_text(out, "\r\n");
    }
    buffer_done(&lines);
}

void mail_write(const struct telling *telling, struct text source, const char *from, const char *to,
                int64_t at_s, struct buffer *out)
{
    const char *domain = strchr(from, '@') + 1;
    struct buffer subject = {0}, body = {0};
    template_subject(source, telling->values, &subject);
    template_body(source, telling->values, &body);
    buffer_format(out, "From: <%s>\r\nTo: <%s>\r\nSubject: ", from, to);
    mail_put_encoded(buffer_view(&subject), out);
    buffer_text(out, "\r\n");
    put_date(at_s, out);
    buffer_format(out, "Message-ID: <%s@%s>\r\n", telling->id, domain);
    if (strcmp(telling->id, telling->thread) != 0)
        buffer_format(out, "In-Reply-To: <%s@%s>\r\nReferences: <%s@%s>\r\n", telling->thread,
                      domain, telling->thread, domain);
    buffer_text(out, "Auto-Submitted: auto-generated\r\n"
                     "MIME-Version: 1.0\r\n"
                     "Content-Type: text/plain; charset=utf-8\r\n"
                     "Content-Transfer-Encoding: base64\r\n\r\n");
    put_body(buffer_view(&body), out);
    buffer_done(&subject);
    buffer_done(&body);
}

bool mail_answer_is_of_message(const char *command)
{
    return strcmp(command, "RCPT") == 0 || strcmp(command, "DATA") == 0;
}

enum err mail_answer_means(long code, const char *command, struct fault *fault)
{
    bool of_message = mail_answer_is_of_message(command);
    if (code < 400)
        return ERR_OK;
    return fault_set(fault, code >= 500 && of_message ? ERR_INVALID : ERR_BUSY,
                     "the mail server answered %s with %ld", command[0] ? command : "it", code);
}
