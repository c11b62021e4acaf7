/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/zone.h"
#include "ctl/alerts_view.h"
#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"
#include "ctl/explain_view.h"
#include "ctl/past.h"
#include "kafka/properties.h"

#define ALERT_CHARS_MIN 6
#define ALERT_CHARS_MAX 26
#define FILES_MAX       64
#define AT_RAISED       "raised"

struct asked {
    const char *words[1 + FILES_MAX]; /* the id, and files after --from's */
    size_t word_count;
    const char *at, *config, *from, *why;
    bool as_json, household;
};

struct files {
    const struct config *config;
    const char *const *paths;
    size_t count;
};

/* What an alert's id, or its beginning, looks like; households' pseudonyms look otherwise, or are
 * said to be one. */
static bool is_alert(const struct asked *asked)
{
    const char *id = asked->words[0];
    size_t chars = strlen(id);
    return !asked->household && chars >= ALERT_CHARS_MIN && chars <= ALERT_CHARS_MAX &&
           strspn(id, "0123456789abcdefghijklmnopqrstuvwxyz") == chars;
}

static void path_of(bool alert, const char *id, const char *why, struct buffer *path)
{
    buffer_text(path, alert ? "/api/v1/alerts/" : "/api/v1/households/");
    http_escape(text_of(id), path);
    call_query(path, "why", why);
}

/* ---- as it was ------------------------------------------------------------------------------ */

static bool read_asked(const struct asked *asked, struct past *past)
{
    bool has_offset;
    past->at_ms = INT64_MAX;
    past->household = is_alert(asked) ? "" : asked->words[0];
    if (!asked->at && (asked->from || asked->config))
        ctl_say("explain: --from and --config are of a moment: say which with --at");
    else if (asked->word_count > 1 && !asked->from)
        ctl_say("explain: \"%s\" is one word too many", asked->words[1]);
    else if (!asked->at)
        return true;
    else if (strcmp(asked->at, AT_RAISED) == 0 && !is_alert(asked))
        ctl_say("--at " AT_RAISED ": \"%s\" is no alert", asked->words[0]);
    else if (strcmp(asked->at, AT_RAISED) != 0 && is_alert(asked) && asked->from)
        ctl_say("--from does not tell whose an alert is: --at " AT_RAISED
                ", or name the household");
    else if (strcmp(asked->at, AT_RAISED) != 0 &&
             time_parse(text_of(asked->at), &past->at_ms, &has_offset))
        ctl_say("--at: \"%s\" is no time with an offset, like 2026-01-16T07:00:00+09:00",
                asked->at);
    else
        return true;
    ctl_usage("explain");
    return false;
}

/* Asks the daemon, which writes down who looks at what and why, where the messages lie. */
static int look_up(const struct asked *asked, struct past *past, struct buffer *alert,
                   json_t **household)
{
    struct http_answer answer = {0};
    struct buffer path = {0}, whose = {0};
    json_t *body = NULL;
    int status = 0;
    bool has_offset, raised = strcmp(asked->at, AT_RAISED) == 0;
    buffer_text(&whose, asked->words[0]);
    if (is_alert(asked)) {
        path_of(true, asked->words[0], asked->why, &path);
        status = call_daemon_json(path.at, NULL, &answer, &body);
        if (!status && raised)
            buffer_text(alert, view_text(body, "alert"));
        if (status || !raised ||
            time_parse(text_of(view_text(body, "learnt")), &past->alert_ms, &has_offset))
            past->alert_ms = 0;
        buffer_clear(&whose);
        buffer_text(&whose, view_text(body, "household"));
        json_decref(body);
        http_answer_done(&answer);
        buffer_clear(&path);
    }
    if (!status) {
        path_of(false, whose.at, asked->why, &path);
        call_query(&path, "at", asked->at);
        status = call_daemon_json(path.at, NULL, &answer, household);
        http_answer_done(&answer);
    }
    int64_t first_ms;
    if (!status &&
        !time_parse(text_of(view_text(*household, "first_seen")), &first_ms, &has_offset))
        past->first_seen_s = first_ms / 1000;
    past->household = view_text(*household, "household");
    past->alert = alert->bytes ? alert->at : NULL;
    buffer_done(&path);
    buffer_done(&whose);
    return status;
}

/* The files that were named, from their beginning. */
static enum err open_files(void *context, struct source **out, struct fault *fault)
{
    const struct files *files = context;
    size_t field_count;
    const struct field_mapping *fields = config_fields(files->config, &field_count);
    enum err err = source_file_new(files->paths, files->count, out, fault);
    if (!err)
        source_file_map(*out, fields, field_count);
    return err;
}

static int show_past(const struct asked *asked, const struct past *past)
{
    struct screen screen = screen_of(fileno(stdout));
    struct buffer json = {0}, text = {0};
    struct fault fault = {""};
    log_set_level(LOG_WARNING); /* what a daemon would say of its partitions is no news here */
    enum err err = past_show(past, &json, &fault);
    json_t *body = err ? NULL : json_loadb(json.at, json.bytes, 0, NULL);
    if (err)
        ctl_say("%s", fault.text[0] ? fault.text : err_text(err));
    else if (asked->as_json)
        (void)puts(json.at);
    else
        explain_view(&screen, body, clock_wall_ms(&clock_machine), &text);
    (void)fputs(buffer_view(&text).at, stdout);
    json_decref(body);
    buffer_done(&json);
    buffer_done(&text);
    return err ? 1 : 0;
}

static int past_of_files(struct asked *asked, struct past *past)
{
    struct files files = {past->config, asked->words, asked->word_count};
    if (is_alert(asked))
        past->alert = asked->words[0];
    asked->words[0] = asked->from;
    past->open = open_files;
    past->context = &files;
    return show_past(asked, past);
}

static int past_of_kafka(const struct asked *asked, struct past *past)
{
    struct buffer alert = {0}, counts = {0};
    struct fault fault = {""};
    struct past_messages *read = NULL;
    json_t *household = NULL;
    int status = look_up(asked, past, &alert, &household);
    if (!status) {
        const json_t *messages = json_object_get(household, "messages");
        struct kafka_common common = {.brokers = view_text(messages, "brokers")};
        struct past_place place = {
            .topics = {[MESSAGE_READING] = view_text(messages, "readings"),
                       [MESSAGE_BILLING] = view_text(messages, "billing"),
                       [MESSAGE_HOUSEHOLD] = view_text(messages, "household"),
                       [MESSAGE_REPORT] = view_text(messages, "report")},
            .weather = view_text(messages, "weather"),
            .partition = (uint32_t)json_integer_value(json_object_get(messages, "partition")),
            .household = past->household};
        common.properties = config_kafka_properties(past->config, &common.property_count);
        log_set_level(LOG_WARNING);
        status = past_messages_read(&common, &place, &read, &fault) ? 1 : 0;
        if (status)
            ctl_say("%s", fault.text);
    }
    if (!status) {
        /* An anbud that tells none, or not as ours: the training's prices. */
        if (buffer_unhex(&counts, view_text(household, "counts")))
            past->counts = buffer_view(&counts);
        past->open = past_messages_open;
        past->context = read;
        past->gone_ms = past_messages_gone_ms(read);
        status = show_past(asked, past);
    }
    past_messages_free(read);
    json_decref(household);
    buffer_done(&alert);
    buffer_done(&counts);
    return status;
}

static int explain_past(struct asked *asked, struct past *past)
{
    struct config_errors errors = {0};
    struct config_source from = {.path = asked->config, .kafka = &kafka_properties};
    struct config *config = NULL;
    int status = config_load_from(&from, &config, &errors) ? 1 : 0;
    (void)fprintf(stderr, "%s%s", buffer_view(&errors.warnings).at, buffer_view(&errors.text).at);
    config_errors_done(&errors);
    past->config = config;
    if (!status)
        status = asked->from ? past_of_files(asked, past) : past_of_kafka(asked, past);
    config_free(config);
    return status;
}

int command_explain(int argc, char **argv)
{
    struct asked asked = {0};
    struct past past = {0};
    const struct args_option options[] = {{"--household", NULL, &asked.household},
                                          {"--at", &asked.at, NULL},
                                          {"--config", &asked.config, NULL},
                                          {"--from", &asked.from, NULL},
                                          {"--why", &asked.why, NULL},
                                          {"--json", NULL, &asked.as_json}};
    struct args args = {"explain",     options, sizeof options / sizeof options[0], asked.words, 1,
                        1 + FILES_MAX, 0};
    struct buffer path = {0};
    if (!args_read(&args, argc, argv))
        return 2;
    asked.word_count = args.word_count;
    if (!read_asked(&asked, &past))
        return 2;
    if (asked.at)
        return explain_past(&asked, &past);
    path_of(is_alert(&asked), asked.words[0], asked.why, &path);
    int status = call_show(path.at, asked.as_json, explain_view);
    buffer_done(&path);
    return status;
}
