/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration: check a file, show what is in force (of a file, or of the running daemon),
 * write the sample and the manual.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"
#include "ctl/table.h"
#include "kafka/properties.h"

#define SETS_MAX 64

/* Prints every error of the read; the configuration is the caller's. */
static int load(const char *path, const char *const *sets, size_t set_count, struct config **out)
{
    struct config_errors errors = {0};
    struct config_source source = {
        .path = path, .sets = sets, .set_count = set_count, .kafka = &kafka_properties};
    enum err err = config_load_from(&source, out, &errors);
    (void)fputs(buffer_view(&errors.warnings).at, stderr);
    if (err)
        (void)fprintf(stderr, "%s%s: %zu error%s\n", buffer_view(&errors.text).at, path,
                      errors.count, errors.count == 1 ? "" : "s");
    config_errors_done(&errors);
    return err ? 1 : 0;
}

int command_check_config(int argc, char **argv)
{
    struct config *config = NULL;
    const char *path;
    struct args args = {.command = "check-config", .words = &path, .words_min = 1, .words_max = 1};
    if (!args_read(&args, argc, argv))
        return 2;
    if (load(path, NULL, 0, &config))
        return 1;
    size_t count = config_set_count(config);
    (void)printf("%s: ok, %zu option%s set\n", path, count, count == 1 ? "" : "s");
    config_free(config);
    return 0;
}

int command_sample_config(int argc, char **argv)
{
    bool man = false;
    struct buffer text = {0};
    const struct args_option options[] = {{"--man", NULL, &man}};
    struct args args = {.command = "sample-config", .options = options, .option_count = 1};
    if (!args_read(&args, argc, argv))
        return 2;
    if (man)
        config_man(&text);
    else
        config_sample(&text);
    (void)fputs(text.at, stdout);
    buffer_done(&text);
    return 0;
}

/* Takes every "--set KEY=VALUE" out of the arguments, since it may come often. False: too many, or
 * one without a value. */
static bool sets_take(int *argc, char **argv, const char **sets, size_t *count)
{
    int kept = 0;
    for (int i = 0; i < *argc; i++) {
        const char *value = NULL;
        if (strcmp(argv[i], "--set") == 0) {
            if (i + 1 < *argc)
                value = argv[++i];
            if (!value)
                return false;
        } else if (strncmp(argv[i], "--set=", 6) == 0) {
            value = argv[i] + 6;
        }
        if (value && *count == SETS_MAX)
            return false;
        if (value)
            sets[(*count)++] = value;
        else
            argv[kept++] = argv[i];
    }
    *argc = kept;
    return true;
}

static const char *member(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text ? text : "";
}

static void show_table(const json_t *rows, struct buffer *out)
{
    static const char *const heads[] = {"OPTION", "VALUE", "FROM"};
    struct screen screen = screen_of(STDOUT_FILENO);
    struct table table;
    json_t *row;
    size_t i;
    table_init(&table, &screen, heads, 3);
    json_array_foreach(rows, i, row)
    {
        struct buffer value = {0};
        const char *from = member(row, "from"), *unit = member(row, "unit");
        bool standing = strcmp(from, "default") == 0;
        buffer_text(&value, member(row, "value")[0] ? member(row, "value") : "\"\"");
        if (unit[0])
            buffer_format(&value, " %s", unit);
        table_cell(&table, PAINT_NONE, member(row, "name"));
        table_cell(&table, standing ? PAINT_NONE : PAINT_BOLD, value.at);
        table_cell(&table, standing ? PAINT_DIM : PAINT_NONE, from);
        buffer_done(&value);
    }
    table_write(&table, 0, out);
    table_done(&table);
}

/* {"options":[...]} of a file, as the daemon would say it. */
static int of_file(const char *path, const char *const *sets, size_t set_count, struct buffer *body)
{
    struct config *config = NULL;
    if (load(path, sets, set_count, &config))
        return 1;
    buffer_text(body, "{\"options\":");
    config_show_json(config, body);
    buffer_text(body, "}");
    config_free(config);
    return 0;
}

static int show(struct buffer *body, bool as_json)
{
    struct buffer out = {0};
    json_error_t error;
    json_t *answer = json_loadb(body->at, body->bytes, 0, &error);
    json_t *rows = json_object_get(answer, "options");
    if (as_json)
        buffer_format(&out, "%s\n", body->at);
    else
        show_table(rows, &out);
    if (json_is_array(rows))
        (void)fputs(buffer_view(&out).at, stdout);
    else
        ctl_say("show-config: the answer holds no options; do anbuctl and anbud have the same "
                "version?");
    int status = json_is_array(rows) ? 0 : 1;
    json_decref(answer);
    buffer_done(&out);
    return status;
}

int command_show_config(int argc, char **argv)
{
    bool as_json = false;
    const char *path = NULL, *sets[SETS_MAX];
    size_t set_count = 0;
    struct http_answer answer = {0};
    const struct args_option options[] = {{"--config", &path, NULL}, {"--json", NULL, &as_json}};
    struct args args = {.command = "show-config", .options = options, .option_count = 2};
    if (!sets_take(&argc, argv, sets, &set_count)) {
        ctl_say("show-config: write --set KEY=VALUE, at most %d times", SETS_MAX);
        ctl_usage(args.command);
        return 2;
    }
    if (!args_read(&args, argc, argv))
        return 2;
    if (set_count > 0 && !path) {
        ctl_say("show-config: --set goes with --config FILE; the running daemon has its own");
        return 2;
    }
    int failed = path ? of_file(path, sets, set_count, &answer.body)
                      : call_daemon("/api/v1/config", NULL, &answer);
    if (!failed)
        failed = show(&answer.body, as_json);
    http_answer_done(&answer);
    return failed;
}
