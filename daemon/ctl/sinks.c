/* SPDX-License-Identifier: Apache-2.0
 *
 * sinks list, test.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/json.h"
#include "ctl/alerts_view.h"
#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"
#include "ctl/sinks_view.h"

#define SINKS   "/api/v1/sinks"
#define WAIT_MS 90000 /* longer than a sink's longest timeout */

int command_sinks_list(int argc, char **argv)
{
    bool as_json = false;
    const struct args_option options[] = {{"--json", NULL, &as_json}};
    struct args args = {.command = "sinks list", .options = options, .option_count = 1};
    if (!args_read(&args, argc, argv))
        return 2;
    return call_show(SINKS, as_json, sinks_view_list);
}

/* The test of the sink in the list; NULL: it has none, as after a restart. */
static const json_t *test_in(const json_t *body, const char *name)
{
    const json_t *list = json_object_get(body, "sinks");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *sink = json_array_get(list, i);
        if (strcmp(view_text(sink, "name"), name) == 0)
            return json_object_get(sink, "test");
    }
    return NULL;
}

static int tell(const char *name, const json_t *test, bool as_json)
{
    bool taken = json_is_true(json_object_get(test, "taken"));
    struct buffer text = {0};
    if (as_json) {
        char *dumped = json_dumps(test, JSON_COMPACT);
        buffer_format(&text, "%s\n", dumped ? dumped : "null");
        free(dumped);
    } else {
        sinks_view_test(name, test, &text);
    }
    (void)fputs(buffer_view(&text).at, stdout);
    buffer_done(&text);
    return taken ? 0 : 1;
}

/* Asks until the test has ended: 0 taken, 1 not, or not yet. */
static int await(const char *name, const char *id, bool as_json)
{
    const struct timespec pause = {.tv_nsec = 200000000};
    int64_t end_ms = clock_monotonic_ms(&clock_machine) + WAIT_MS;
    int status = 0;
    bool ended = false;
    while (!status && !ended && clock_monotonic_ms(&clock_machine) < end_ms) {
        struct http_answer answer = {0};
        json_t *body = NULL;
        status = call_daemon_json(SINKS, NULL, &answer, &body);
        const json_t *test = test_in(body, name);
        bool ours = strcmp(view_text(test, "id"), id) == 0;
        ended = !status && (!ours || !json_is_null(json_object_get(test, "taken")));
        if (ended && ours)
            status = tell(name, test, as_json);
        else if (ended)
            ctl_say("sinks test: anbud has been started anew since, or another test was asked for");
        status = ended && !ours ? 1 : status;
        json_decref(body);
        http_answer_done(&answer);
        if (!status && !ended)
            (void)nanosleep(&pause, NULL);
    }
    if (!status && !ended)
        ctl_say("sinks test: %s is still at it: anbuctl sinks list --json tells later", name);
    return ended ? status : 1;
}

int command_sinks_test(int argc, char **argv)
{
    const char *name, *why = NULL;
    bool as_json = false;
    const struct args_option options[] = {{"--why", &why, NULL}, {"--json", NULL, &as_json}};
    struct args args = {.command = "sinks test",
                        .options = options,
                        .option_count = 2,
                        .words = &name,
                        .words_min = 1,
                        .words_max = 1};
    struct buffer path = {0}, body = {0};
    struct http_answer answer = {0};
    json_t *said = NULL;
    if (!args_read(&args, argc, argv))
        return 2;
    buffer_text(&path, SINKS "/");
    http_escape(text_of(name), &path);
    buffer_text(&path, "/test");
    buffer_text(&body, "{");
    json_member_text(&body, "why", why);
    buffer_text(&body, "}");
    int status = call_daemon_json(path.at, body.at, &answer, &said);
    if (status == 0)
        status = await(name, view_text(json_object_get(said, "test"), "id"), as_json);
    json_decref(said);
    http_answer_done(&answer);
    buffer_done(&path);
    buffer_done(&body);
    return status;
}
