/* SPDX-License-Identifier: Apache-2.0
 *
 * alerts list, show, and what people do to one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/zone.h"
#include "ctl/alerts_view.h"
#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"

int command_alerts_list(int argc, char **argv)
{
    const char *state = NULL, *team = NULL, *severity = NULL, *area = NULL, *limit = NULL;
    const char *why = NULL;
    bool all = false, held = false, as_json = false;
    const struct args_option options[] = {
        {"--state", &state, NULL}, {"--team", &team, NULL},   {"--severity", &severity, NULL},
        {"--area", &area, NULL},   {"--limit", &limit, NULL}, {"--why", &why, NULL},
        {"--all", NULL, &all},     {"--held", NULL, &held},   {"--json", NULL, &as_json},
    };
    struct args args = {.command = "alerts list",
                        .options = options,
                        .option_count = sizeof options / sizeof options[0]};
    struct buffer path = {0};
    if (!args_read(&args, argc, argv))
        return 2;
    buffer_text(&path, "/api/v1/alerts");
    call_query(&path, "state", state);
    call_query(&path, "team", team);
    call_query(&path, "severity", severity);
    call_query(&path, "area", area);
    call_query(&path, "limit", limit);
    call_query(&path, "all", all ? "1" : NULL);
    call_query(&path, "held", held ? "1" : NULL);
    call_query(&path, "why", why);
    int status = call_show(path.at, as_json, alerts_view_list);
    buffer_done(&path);
    return status;
}

int command_alerts_show(int argc, char **argv)
{
    const char *id, *why = NULL;
    bool as_json = false;
    const struct args_option options[] = {{"--why", &why, NULL}, {"--json", NULL, &as_json}};
    struct args args = {.command = "alerts show",
                        .options = options,
                        .option_count = 2,
                        .words = &id,
                        .words_min = 1,
                        .words_max = 1};
    struct buffer path = {0};
    if (!args_read(&args, argc, argv))
        return 2;
    buffer_text(&path, "/api/v1/alerts/");
    http_escape(text_of(id), &path);
    call_query(&path, "why", why);
    int status = call_show(path.at, as_json, alerts_view_show);
    buffer_done(&path);
    return status;
}

/* ---- changes ---- */

/* What the options of all changes may fill. */
struct asked_for {
    const char *id, *note, *duration, *outcome, *until, *why;
    const char *channel, *whom, *result, *team;
    bool as_json;
};

static void member(struct buffer *body, const char *name, const char *value)
{
    if (value)
        json_member_text(body, name, value);
}

/* Whoever has it goes on having it; a sign that all is well is for a person to follow. */
static void say_contacted(const json_t *alert, struct buffer *text)
{
    const char *suggests = view_text(alert, "suggests");
    if (view_text(alert, "owner")[0])
        buffer_format(text, " by %s until ", view_text(alert, "owner"));
    screen_time(view_text(alert, "expires"), text);
    if (suggests[0])
        buffer_format(text, "; if that settles it: anbuctl alerts resolve %.*s --outcome %s",
                      ALERT_ID_SHOWN, view_text(alert, "alert"), suggests);
}

static void say_done(const char *action, const json_t *body)
{
    const json_t *alert = json_object_get(body, "alert");
    struct screen screen = screen_of(fileno(stdout));
    struct buffer text = {0}, plain = {0};
    buffer_format(&text, "%.*s (%s) is %s", ALERT_ID_SHOWN, view_text(alert, "alert"),
                  view_text(alert, "household"), view_text(alert, "state"));
    if (strcmp(action, "acknowledge") == 0) {
        buffer_format(&text, " by %s until ", view_text(alert, "owner"));
        screen_time(view_text(alert, "expires"), &text);
        buffer_text(&text, "; then it opens again");
    } else if (strcmp(action, "contact") == 0) {
        say_contacted(alert, &text);
    } else if (strcmp(action, "refer") == 0) {
        buffer_format(&text, " to the %s, who have until ", view_text(alert, "desk"));
        screen_time(view_text(alert, "accept_by"), &text);
        buffer_text(&text, " to answer; then it comes back");
    } else if (strcmp(action, "resolve") == 0) {
        buffer_text(&text, ": ");
        view_words(view_text(alert, "outcome"), &text);
    } else if (strcmp(action, "note") == 0) {
        buffer_text(&text, "; the note is in its history");
    }
    screen_plain(&screen, buffer_view(&text), false, &plain);
    (void)puts(plain.at);
    if (!json_is_true(json_object_get(body, "delivered")))
        ctl_say("kept, but Kafka has not answered yet: it is announced as soon as it does");
    buffer_done(&text);
    buffer_done(&plain);
}

static int change(const char *action, const struct asked_for *asked)
{
    struct buffer path = {0}, body = {0};
    struct http_answer answer = {0};
    json_t *said = NULL;
    char expires[TIME_TEXT_MAX];
    int64_t seconds = 0;
    int status = 2;
    if (asked->duration && !args_duration(asked->duration, &seconds)) {
        ctl_say("--for: \"%s\" is no duration; write 30m, 2h or 1d", asked->duration);
        goto out;
    }
    buffer_text(&body, "{");
    member(&body, "note", asked->note);
    member(&body, "outcome", asked->outcome);
    member(&body, "until", asked->until);
    member(&body, "channel", asked->channel);
    member(&body, "whom", asked->whom);
    member(&body, "result", asked->result);
    member(&body, "team", asked->team);
    member(&body, "why", asked->why);
    if (asked->duration)
        member(&body, "expires",
               time_format(clock_wall_ms(&clock_machine) / 1000 + seconds, 0, expires));
    buffer_text(&body, "}");
    buffer_text(&path, "/api/v1/alerts/");
    http_escape(text_of(asked->id), &path);
    buffer_format(&path, "/%s", action);
    status = call_daemon_json(path.at, body.at, &answer, &said);
    if (status == 0 && asked->as_json)
        (void)printf("%s\n", answer.body.at);
    else if (status == 0)
        say_done(action, said);
out:
    json_decref(said);
    http_answer_done(&answer);
    buffer_done(&path);
    buffer_done(&body);
    return status;
}

int command_alerts_acknowledge(int argc, char **argv)
{
    struct asked_for asked = {0};
    const struct args_option options[] = {{"--for", &asked.duration, NULL},
                                          {"--note", &asked.note, NULL},
                                          {"--why", &asked.why, NULL},
                                          {"--json", NULL, &asked.as_json}};
    struct args args = {"alerts ack", options, 4, &asked.id, 1, 1, 0};
    return args_read(&args, argc, argv) ? change("acknowledge", &asked) : 2;
}

int command_alerts_contact(int argc, char **argv)
{
    struct asked_for asked = {0};
    const struct args_option options[] = {
        {"--channel", &asked.channel, NULL}, {"--whom", &asked.whom, NULL},
        {"--result", &asked.result, NULL},   {"--note", &asked.note, NULL},
        {"--why", &asked.why, NULL},         {"--json", NULL, &asked.as_json}};
    struct args args = {"alerts contact", options, 6, &asked.id, 1, 1, 0};
    return args_read(&args, argc, argv) ? change("contact", &asked) : 2;
}

int command_alerts_note(int argc, char **argv)
{
    struct asked_for asked = {0};
    const char *words[2];
    const struct args_option options[] = {{"--why", &asked.why, NULL},
                                          {"--json", NULL, &asked.as_json}};
    struct args args = {"alerts note", options, 2, words, 2, 2, 0};
    if (!args_read(&args, argc, argv))
        return 2;
    asked.id = words[0];
    asked.note = words[1];
    return change("note", &asked);
}

static int change_with_note(const char *action, const char *command, int argc, char **argv)
{
    struct asked_for asked = {0};
    const struct args_option options[] = {{"--note", &asked.note, NULL},
                                          {"--why", &asked.why, NULL},
                                          {"--json", NULL, &asked.as_json}};
    struct args args = {command, options, 3, &asked.id, 1, 1, 0};
    return args_read(&args, argc, argv) ? change(action, &asked) : 2;
}

int command_alerts_release(int argc, char **argv)
{
    return change_with_note("release", "alerts release", argc, argv);
}

int command_alerts_reopen(int argc, char **argv)
{
    return change_with_note("reopen", "alerts reopen", argc, argv);
}

int command_alerts_accept(int argc, char **argv)
{
    return change_with_note("accept", "alerts accept", argc, argv);
}

int command_alerts_decline(int argc, char **argv)
{
    return change_with_note("decline", "alerts decline", argc, argv);
}

int command_alerts_escalate(int argc, char **argv)
{
    return change_with_note("escalate", "alerts escalate", argc, argv);
}

int command_alerts_refer(int argc, char **argv)
{
    struct asked_for asked = {0};
    const struct args_option options[] = {{"--team", &asked.team, NULL},
                                          {"--note", &asked.note, NULL},
                                          {"--why", &asked.why, NULL},
                                          {"--json", NULL, &asked.as_json}};
    struct args args = {"alerts refer", options, 4, &asked.id, 1, 1, 0};
    return args_read(&args, argc, argv) ? change("refer", &asked) : 2;
}

int command_alerts_resolve(int argc, char **argv)
{
    struct asked_for asked = {0};
    const struct args_option options[] = {{"--outcome", &asked.outcome, NULL},
                                          {"--note", &asked.note, NULL},
                                          {"--until", &asked.until, NULL},
                                          {"--why", &asked.why, NULL},
                                          {"--json", NULL, &asked.as_json}};
    struct args args = {"alerts resolve", options, 5, &asked.id, 1, 1, 0};
    return args_read(&args, argc, argv) ? change("resolve", &asked) : 2;
}
