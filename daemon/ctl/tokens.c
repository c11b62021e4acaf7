/* SPDX-License-Identifier: Apache-2.0
 *
 * token add, list, revoke.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/zone.h"
#include "ctl/alerts_view.h"
#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"
#include "ctl/password.h"
#include "ctl/table.h"

struct wanted {
    const char *name, *scopes, *team, *areas, *life;
    int64_t life_s;
};

static void body_make(const struct wanted *wanted, struct buffer *out)
{
    char expires[TIME_TEXT_MAX];
    int64_t now_s = clock_wall_ms(&clock_machine) / 1000;
    buffer_text(out, "{");
    json_member_text(out, "name", wanted->name);
    json_member_text(out, "scopes", wanted->scopes);
    json_member_text(out, "team", wanted->team);
    json_member_text(out, "areas", wanted->areas);
    if (wanted->life)
        json_member_text(out, "expires", time_format(now_s + wanted->life_s, 0, expires));
    buffer_text(out, "}");
}

int command_token_add(int argc, char **argv)
{
    struct wanted wanted = {0};
    const struct args_option options[] = {{"--scopes", &wanted.scopes, NULL},
                                          {"--team", &wanted.team, NULL},
                                          {"--areas", &wanted.areas, NULL},
                                          {"--for", &wanted.life, NULL}};
    struct args args = {.command = "token add",
                        .options = options,
                        .option_count = sizeof options / sizeof options[0],
                        .words = &wanted.name,
                        .words_min = 1,
                        .words_max = 1};
    struct buffer body = {0};
    struct http_answer answer = {0};
    json_t *said = NULL;
    if (!args_read(&args, argc, argv))
        return 2;
    if (!wanted.scopes || !wanted.team) {
        ctl_say("token add: %s is missing", wanted.scopes ? "--team" : "--scopes");
        ctl_usage(args.command);
        return 2;
    }
    if (wanted.life && !args_duration(wanted.life, &wanted.life_s)) {
        ctl_say("--for: \"%s\" is no duration; write 12h or 90d", wanted.life);
        return 2;
    }
    body_make(&wanted, &body);
    int status = call_daemon_json("/api/v1/tokens", body.at, &answer, &said);
    if (status == 0) {
        (void)puts(view_text(said, "token"));
        ctl_say("this token is shown once; it expires %s", view_text(said, "expires"));
        json_decref(said);
    }
    password_done(&answer.body);
    http_answer_done(&answer);
    buffer_done(&body);
    return status;
}

int command_token_revoke(int argc, char **argv)
{
    const char *name;
    struct args args = {.command = "token revoke", .words = &name, .words_min = 1, .words_max = 1};
    struct buffer path = {0};
    struct http_answer answer = {0};
    if (!args_read(&args, argc, argv))
        return 2;
    buffer_text(&path, "/api/v1/tokens/");
    http_escape(text_of(name), &path);
    buffer_text(&path, "/revoke");
    int status = call_daemon(path.at, "{}", &answer);
    if (status == 0)
        (void)printf("%s: revoked\n", name);
    http_answer_done(&answer);
    buffer_done(&path);
    return status;
}

/* Until when, or why not: "stopped: maker disabled". */
static void end_cell(struct table *table, const json_t *token)
{
    struct buffer text = {0};
    const char *stopped = view_text(token, "stopped");
    bool expired = json_is_true(json_object_get(token, "expired"));
    if (expired || !stopped[0]) {
        table_cell(table, PAINT_NONE, expired ? "expired" : view_text(token, "expires"));
        return;
    }
    buffer_format(&text, "stopped: %s", stopped);
    for (size_t i = 0; i < text.bytes; i++)
        if (text.at[i] == '_')
            text.at[i] = ' ';
    table_cell(table, PAINT_YELLOW, text.at);
    buffer_done(&text);
}

static void view_list(const struct screen *screen, const json_t *body, int64_t now_ms,
                      struct buffer *out)
{
    static const char *const heads[] = {"NAME",    "TEAM",    "AREAS",    "SCOPES",
                                        "MADE BY", "EXPIRES", "LAST USED"};
    const json_t *list = json_object_get(body, "tokens");
    struct table table;
    (void)now_ms;
    if (json_array_size(list) == 0) {
        buffer_text(out, "there is no token; anbuctl token add makes one\n");
        return;
    }
    table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *token = json_array_get(list, i);
        bool used = json_is_string(json_object_get(token, "used"));
        table_cell(&table, PAINT_BOLD, view_text(token, "name"));
        table_cell(&table, PAINT_NONE,
                   json_is_string(json_object_get(token, "team")) ? view_text(token, "team")
                                                                  : "all");
        table_cell(&table, PAINT_NONE,
                   view_text(token, "areas")[0] ? view_text(token, "areas") : "all");
        table_cell(&table, PAINT_NONE, view_text(token, "scopes"));
        table_cell(&table, PAINT_NONE, view_text(token, "by"));
        end_cell(&table, token);
        table_cell(&table, PAINT_NONE, used ? view_text(token, "used") : "never");
    }
    table_write(&table, 0, out);
    table_done(&table);
}

int command_token_list(int argc, char **argv)
{
    const char *why = NULL;
    bool as_json = false;
    const struct args_option options[] = {{"--why", &why, NULL}, {"--json", NULL, &as_json}};
    struct args args = {.command = "token list", .options = options, .option_count = 2};
    struct buffer path = {0};
    if (!args_read(&args, argc, argv))
        return 2;
    buffer_text(&path, "/api/v1/tokens");
    call_query(&path, "why", why);
    int status = call_show(path.at, as_json, view_list);
    buffer_done(&path);
    return status;
}
