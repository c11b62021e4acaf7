/* SPDX-License-Identifier: Apache-2.0
 *
 * audit verify, list, export.
 */
#include "console/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/audit_table.h"
#include "ctl/alerts_view.h"
#include "ctl/args.h"
#include "ctl/audit_view.h"
#include "ctl/call.h"
#include "ctl/command.h"

#define EXPORT_PAGE "1000"
#define HEADS_MAX   100000
#define HEAD_LINE   4096

/* ---- verify ---- */

static bool head_read(const char *line, struct audit_head *out)
{
    json_t *read = json_loads(line, 0, NULL);
    const char *hash = json_string_value(json_object_get(read, "hash"));
    json_int_t lines = json_integer_value(json_object_get(read, "seq"));
    bool good = lines > 0 && hash && strlen(hash) == sizeof out->hash - 1;
    if (good) {
        out->lines = (uint64_t)lines;
        (void)text_copy(text_of(hash), out->hash, sizeof out->hash);
    }
    json_decref(read);
    return good;
}

/* One JSON object a line. */
static bool heads_read(const char *path, struct audit_head *heads, size_t *count)
{
    char line[HEAD_LINE];
    bool good = true;
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (!file) {
        ctl_say("%s: cannot be opened", path);
        return false;
    }
    *count = 0;
    while (good && fgets(line, sizeof line, file)) {
        good = *count < HEADS_MAX && head_read(line, &heads[*count]);
        if (good)
            ++*count;
        else
            ctl_say("%s:%zu: is no {\"seq\":N,\"hash\":\"...\"} ", path, *count + 1);
    }
    if (file != stdin)
        (void)fclose(file);
    return good;
}

int command_audit_verify(int argc, char **argv)
{
    const char *path, *kept = NULL;
    uint64_t lines = 0;
    size_t count = 0;
    struct fault fault = {0};
    const struct args_option options[] = {{"--heads", &kept, NULL}};
    struct args args = {.command = "audit verify",
                        .options = options,
                        .option_count = 1,
                        .words = &path,
                        .words_min = 1,
                        .words_max = 1};
    if (!args_read(&args, argc, argv))
        return 2;
    struct audit_head *heads = memory_get(sizeof *heads * HEADS_MAX);
    int status = kept && !heads_read(kept, heads, &count) ? 1 : 0;
    if (status == 0 && audit_verify(path, heads, count, &lines, &fault)) {
        ctl_say("%s (good lines before it: %" PRIu64 ")", fault.text, lines);
        status = 1;
    } else if (status == 0) {
        (void)printf("%s: %" PRIu64 " lines, the chain is whole", path, lines);
        if (kept)
            (void)printf(", as %zu kept heads have it", count);
        (void)printf("\n");
    }
    free(heads);
    return status;
}

/* ---- list and export ---- */

struct asked {
    const char *household, *who, *action, *from, *to, *limit, *why;
};
#define ASKED_OPTIONS(asked)                                                  \
    {"--household", &(asked).household, NULL}, {"--who", &(asked).who, NULL}, \
        {"--action", &(asked).action, NULL}, {"--from", &(asked).from, NULL}, \
        {"--to", &(asked).to, NULL},                                          \
    {                                                                         \
        "--why", &(asked).why, NULL                                           \
    }

static void path_of(const struct asked *asked, const char *cursor, struct buffer *path)
{
    buffer_clear(path);
    buffer_text(path, "/api/v1/audit");
    call_query(path, "household", asked->household);
    call_query(path, "who", asked->who);
    call_query(path, "action", asked->action);
    call_query(path, "from", asked->from);
    call_query(path, "to", asked->to);
    call_query(path, "limit", asked->limit);
    call_query(path, "cursor", cursor);
    call_query(path, "why", asked->why);
}

int command_audit_list(int argc, char **argv)
{
    struct asked asked = {0};
    bool as_json = false;
    struct buffer path = {0};
    const struct args_option options[] = {
        ASKED_OPTIONS(asked), {"--limit", &asked.limit, NULL}, {"--json", NULL, &as_json}};
    struct args args = {.command = "audit list",
                        .options = options,
                        .option_count = sizeof options / sizeof options[0]};
    if (!args_read(&args, argc, argv))
        return 2;
    path_of(&asked, NULL, &path);
    int status = call_show(path.at, as_json, audit_view);
    buffer_done(&path);
    return status;
}

/* A page; *next is empty at the end. */
static int export_page(const char *path, bool csv, struct buffer *next)
{
    struct http_answer answer = {0};
    struct buffer out = {0};
    json_t *said = NULL;
    int status = call_daemon_json(path, NULL, &answer, &said);
    buffer_clear(next);
    if (status)
        return status;
    const json_t *entries = json_object_get(said, "entries");
    for (size_t i = 0; i < json_array_size(entries); i++) {
        const json_t *entry = json_array_get(entries, i);
        char *line = csv ? NULL : json_dumps(entry, JSON_COMPACT);
        if (csv)
            audit_table_row(entry, &out);
        else
            buffer_format(&out, "%s\n", line);
        free(line);
    }
    buffer_text(next, view_text(said, "next"));
    bool written =
        fwrite(buffer_view(&out).at, 1, out.bytes, stdout) == out.bytes && fflush(stdout) == 0;
    if (!written)
        ctl_say("audit export: standard output cannot be written");
    buffer_done(&out);
    json_decref(said);
    http_answer_done(&answer);
    return written ? 0 : 1;
}

int command_audit_export(int argc, char **argv)
{
    struct asked asked = {.limit = EXPORT_PAGE};
    bool csv = false;
    struct buffer path = {0}, next = {0}, head = {0};
    const struct args_option options[] = {ASKED_OPTIONS(asked), {"--csv", NULL, &csv}};
    struct args args = {.command = "audit export",
                        .options = options,
                        .option_count = sizeof options / sizeof options[0]};
    if (!args_read(&args, argc, argv))
        return 2;
    if (!asked.why || !asked.why[0]) {
        ctl_say("audit export: --why is missing: what leaves the log needs a purpose");
        ctl_usage(args.command);
        return 2;
    }
    int status;
    bool first = true;
    do {
        path_of(&asked, first ? NULL : next.at, &path);
        if (csv && first)
            audit_table_head(&head);
        (void)fputs(first && csv ? head.at : "", stdout);
        first = false;
        status = export_page(path.at, csv, &next);
    } while (status == 0 && next.bytes > 0);
    buffer_done(&path);
    buffer_done(&next);
    buffer_done(&head);
    return status;
}
