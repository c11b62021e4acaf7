/* SPDX-License-Identifier: Apache-2.0
 *
 * user add, passwd, disable, enable, release, list.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ctl/alerts_view.h"
#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"
#include "ctl/password.h"
#include "ctl/table.h"

/* Of whoever is let in no more; names as they may stand on a command line. */
static void say_tokens(const struct screen *screen, const json_t *tokens)
{
    struct buffer out = {0};
    for (size_t i = 0; i < json_array_size(tokens); i++) {
        buffer_text(&out, out.bytes ? ", " : "");
        screen_plain(screen, text_of(json_string_value(json_array_get(tokens, i))), false, &out);
    }
    if (out.bytes)
        (void)printf("tokens that it made open nothing until it is enabled: %s\n", out.at);
    buffer_done(&out);
}

static int send(const char *path, struct buffer *body, const char *done)
{
    struct http_answer answer = {0};
    json_t *said = NULL;
    int status = call_daemon_json(path, body->at, &answer, &said);
    if (status == 0) {
        struct screen screen = screen_of(fileno(stdout));
        struct buffer plain = {0};
        screen_plain(&screen, text_of(view_text(said, "name")), false, &plain);
        (void)printf("%s: %s\n", plain.at, done);
        buffer_done(&plain);
        say_tokens(&screen, json_object_get(said, "tokens"));
        json_decref(said);
        http_answer_done(&answer);
    }
    return status;
}

static void member(struct buffer *body, const char *name, const char *value)
{
    if (value)
        json_member_text(body, name, value);
}

static void path_of(const char *name, const char *action, struct buffer *out)
{
    buffer_text(out, "/api/v1/users/");
    http_escape(text_of(name), out);
    buffer_format(out, "/%s", action);
}

int command_user_add(int argc, char **argv)
{
    const char *name, *role = NULL, *team = NULL, *areas = NULL, *display = NULL, *file = NULL,
                      *utility = NULL;
    bool by_provider = false;
    const struct args_option options[] = {
        {"--role", &role, NULL},
        {"--team", &team, NULL},
        {"--areas", &areas, NULL},
        {"--display", &display, NULL},
        {"--utility", &utility, NULL},
        {"--password-file", &file, NULL},
        {"--provider", NULL, &by_provider},
    };
    struct args args = {.command = "user add",
                        .options = options,
                        .option_count = sizeof options / sizeof options[0],
                        .words = &name,
                        .words_min = 1,
                        .words_max = 1};
    struct buffer body = {0}, password = {0};
    if (!args_read(&args, argc, argv))
        return 2;
    if (!role) {
        ctl_say("user add: --role is missing");
        ctl_usage(args.command);
        return 2;
    }
    if (by_provider && file) {
        ctl_say("user add: an account that signs in by the provider has no password");
        return 2;
    }
    int status = by_provider || password_ask(file, &password) ? 0 : 1;
    if (status == 0) {
        buffer_text(&body, "{");
        member(&body, "name", name);
        member(&body, "role", role);
        member(&body, "team", team);
        member(&body, "areas", areas);
        member(&body, "utility", utility);
        member(&body, "display", display);
        member(&body, "sign_in", by_provider ? "provider" : "password");
        member(&body, "password", by_provider ? NULL : buffer_view(&password).at);
        buffer_text(&body, "}");
        status = send("/api/v1/users", &body,
                      by_provider ? "added; it signs in by the provider"
                                  : "added; the password is good for the first sign-in");
    }
    password_done(&password);
    password_done(&body);
    return status;
}

int command_user_passwd(int argc, char **argv)
{
    const char *name, *file = NULL;
    const struct args_option options[] = {{"--password-file", &file, NULL}};
    struct args args = {.command = "user passwd",
                        .options = options,
                        .option_count = 1,
                        .words = &name,
                        .words_min = 1,
                        .words_max = 1};
    struct buffer path = {0}, body = {0}, password = {0};
    if (!args_read(&args, argc, argv))
        return 2;
    int status = password_ask(file, &password) ? 0 : 1;
    if (status == 0) {
        path_of(name, "password", &path);
        buffer_text(&body, "{");
        member(&body, "password", buffer_view(&password).at);
        buffer_text(&body, "}");
        status = send(path.at, &body, "has a new password, good for the next sign-in");
    }
    password_done(&password);
    password_done(&body);
    buffer_done(&path);
    return status;
}

static int able(int argc, char **argv, const char *command, const char *action, const char *done)
{
    const char *name;
    struct args args = {.command = command, .words = &name, .words_min = 1, .words_max = 1};
    struct buffer path = {0}, body = {0};
    if (!args_read(&args, argc, argv))
        return 2;
    path_of(name, action, &path);
    buffer_text(&body, "{}");
    int status = send(path.at, &body, done);
    buffer_done(&path);
    buffer_done(&body);
    return status;
}

int command_user_disable(int argc, char **argv)
{
    return able(argc, argv, "user disable", "disable", "is let in no more");
}

int command_user_enable(int argc, char **argv)
{
    return able(argc, argv, "user enable", "enable", "is let in");
}

int command_user_release(int argc, char **argv)
{
    return able(argc, argv, "user release", "release",
                "is whoever's the provider calls so at the next sign-in");
}

static const char *state_of(const json_t *user)
{
    if (json_is_true(json_object_get(user, "disabled")))
        return "disabled";
    if (json_is_true(json_object_get(user, "locked")))
        return "locked out";
    if (json_is_true(json_object_get(user, "lapsed")))
        return "by groups: none now";
    if (json_is_true(json_object_get(user, "by_groups")))
        return "by groups";
    if (strcmp(view_text(user, "sign_in"), "provider") == 0)
        return json_is_false(json_object_get(user, "bound")) ? "by provider, nobody's yet"
                                                             : "by provider";
    return json_is_true(json_object_get(user, "must_change")) ? "new password" : "";
}

static void view_list(const struct screen *screen, const json_t *body, int64_t now_ms,
                      struct buffer *out)
{
    static const char *const heads[] = {"NAME", "ROLE", "TEAM", "STATE", "AREAS", "WHO"};
    const json_t *list = json_object_get(body, "users");
    struct table table;
    (void)now_ms;
    if (json_array_size(list) == 0) {
        buffer_text(out, "there is no account; anbuctl user add makes one\n");
        return;
    }
    table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *user = json_array_get(list, i);
        bool desk = strcmp(view_text(user, "role"), "officer") == 0 ||
                    strcmp(view_text(user, "role"), "supervisor") == 0;
        bool utility = strcmp(view_text(user, "role"), "utility") == 0;
        table_cell(&table, PAINT_BOLD, view_text(user, "name"));
        table_cell(&table, PAINT_NONE, view_text(user, "role"));
        table_cell(&table, PAINT_NONE,
                   view_text(user, "utility")[0]                   ? view_text(user, "utility")
                   : !desk                                         ? "-"
                   : json_is_string(json_object_get(user, "team")) ? view_text(user, "team")
                                                                   : "all");
        table_cell(&table, PAINT_NONE, state_of(user));
        table_cell(&table, PAINT_NONE,
                   !desk && !utility             ? "-"
                   : view_text(user, "areas")[0] ? view_text(user, "areas")
                                                 : "all");
        table_cell(&table, PAINT_NONE, view_text(user, "display"));
    }
    table_write(&table, 0, out);
    table_done(&table);
}

int command_user_list(int argc, char **argv)
{
    const char *why = NULL;
    bool as_json = false;
    const struct args_option options[] = {{"--why", &why, NULL}, {"--json", NULL, &as_json}};
    struct args args = {.command = "user list", .options = options, .option_count = 2};
    struct buffer path = {0};
    if (!args_read(&args, argc, argv))
        return 2;
    buffer_text(&path, "/api/v1/users");
    call_query(&path, "why", why);
    int status = call_show(path.at, as_json, view_list);
    buffer_done(&path);
    return status;
}
