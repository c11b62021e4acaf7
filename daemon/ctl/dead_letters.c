/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <time.h>

#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"
#include "ctl/dead_letters_view.h"

#define FOLLOW_FIRST "10"
#define FOLLOW_MOST  "500"

/* New ones as they come, a second between two looks, until interrupted or the daemon is gone. */
static int follow(const struct buffer *base)
{
    struct screen screen = screen_of(fileno(stdout));
    const struct timespec second = {1, 0};
    long long after = 0;
    int status = 0;
    while (status == 0) {
        struct buffer path = {0}, text = {0};
        struct http_answer answer = {0};
        json_t *body = NULL;
        char number[24];
        (void)snprintf(number, sizeof number, "%lld", after);
        buffer_add(&path, base->at, base->bytes);
        call_query(&path, "after", number);
        call_query(&path, "limit", after ? FOLLOW_MOST : FOLLOW_FIRST);
        status = call_daemon_json(path.at, NULL, &answer, &body);
        if (status == 0) {
            long long newest = (long long)json_integer_value(json_object_get(body, "newest"));
            dead_letters_lines(&screen, body, &text);
            (void)fputs(buffer_view(&text).at, stdout);
            (void)fflush(stdout);
            after = newest;
        }
        json_decref(body);
        http_answer_done(&answer);
        buffer_done(&text);
        buffer_done(&path);
        (void)nanosleep(&second, NULL);
    }
    return status;
}

int command_dead_letters(int argc, char **argv)
{
    const char *reason = NULL, *source = NULL, *limit = NULL, *why = NULL;
    bool as_json = false, count = false, follows = false;
    const struct args_option options[] = {
        {"--reason", &reason, NULL},  {"--source", &source, NULL}, {"--limit", &limit, NULL},
        {"--why", &why, NULL},        {"--json", NULL, &as_json},  {"--count", NULL, &count},
        {"--follow", NULL, &follows},
    };
    struct args args = {.command = "dead-letters",
                        .options = options,
                        .option_count = sizeof options / sizeof options[0]};
    struct buffer path = {0};
    if (!args_read(&args, argc, argv))
        return 2;
    if (follows && (count || limit || as_json)) {
        ctl_say("--follow goes with --reason and --source alone");
        ctl_usage(args.command);
        return 2;
    }
    buffer_text(&path, "/api/v1/dead-letters");
    call_query(&path, "reason", reason);
    call_query(&path, "source", source);
    call_query(&path, "why", why);
    if (!follows)
        call_query(&path, "limit", limit);
    int status =
        follows ? follow(&path)
                : call_show(path.at, as_json, count ? dead_letters_view_count : dead_letters_view);
    buffer_done(&path);
    return status;
}
