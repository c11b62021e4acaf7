/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/args.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "config/suggest.h"
#include "ctl/command.h"
#include "ctl/screen.h"

void ctl_say(const char *format, ...)
{
    char text[4096];
    struct buffer plain = {0};
    struct screen screen = screen_of(STDERR_FILENO);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    screen_plain(&screen, text_of(text), true, &plain);
    (void)fprintf(stderr, "anbuctl: %s\n", plain.at ? plain.at : "");
    buffer_done(&plain);
}

void ctl_usage(const char *command)
{
    for (size_t i = 0; i < command_count; i++)
        if (strcmp(commands[i].name, command) == 0)
            (void)fprintf(stderr, "usage: anbuctl %s%s%s\n", command,
                          commands[i].arguments[0] ? " " : "", commands[i].arguments);
}

static void unknown_option(const struct args *args, const char *given)
{
    struct suggest suggest = {.word = {given, strcspn(given, "=")}};
    for (size_t i = 0; i < args->option_count; i++)
        suggest_try(&suggest, text_of(args->options[i].name));
    ctl_say("%s: \"%s\" is no option of it%s%.*s%s", args->command, given,
            suggest.best.bytes ? "; did you mean " : "", (int)suggest.best.bytes,
            suggest.best.bytes ? suggest.best.at : "", suggest.best.bytes ? "?" : "");
}

/* The option that argument names; *value: what follows '=', or NULL. */
static const struct args_option *option_find(const struct args *args, const char *argument,
                                             const char **value)
{
    size_t bytes = strcspn(argument, "=");
    *value = argument[bytes] ? argument + bytes + 1 : NULL;
    for (size_t i = 0; i < args->option_count; i++)
        if (text_is((struct text){argument, bytes}, args->options[i].name))
            return &args->options[i];
    return NULL;
}

static bool option_read(struct args *args, int argc, char **argv, int *i)
{
    const char *value;
    const struct args_option *option = option_find(args, argv[*i], &value);
    if (!option) {
        unknown_option(args, argv[*i]);
        return false;
    }
    if (!option->value) {
        if (value)
            ctl_say("%s: %s takes no value", args->command, option->name);
        *option->flag = true;
        return !value;
    }
    if (!value && *i + 1 >= argc) {
        ctl_say("%s: %s needs a value", args->command, option->name);
        return false;
    }
    *option->value = value ? value : argv[++*i];
    return true;
}

bool args_read(struct args *args, int argc, char **argv)
{
    bool good = true, only_words = false;
    args->word_count = 0;
    for (int i = 0; good && i < argc; i++) {
        if (!only_words && strcmp(argv[i], "--") == 0) {
            only_words = true;
        } else if (!only_words && argv[i][0] == '-' && argv[i][1]) {
            good = option_read(args, argc, argv, &i);
        } else if (args->word_count == args->words_max) {
            ctl_say("%s: \"%s\" is one word too many", args->command, argv[i]);
            good = false;
        } else {
            args->words[args->word_count++] = argv[i];
        }
    }
    if (good && args->word_count < args->words_min) {
        ctl_say("%s: something is missing", args->command);
        good = false;
    }
    if (!good)
        ctl_usage(args->command);
    return good;
}

bool args_duration(const char *from, int64_t *seconds)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    char *end;
    long n = strtol(from, &end, 10);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (end != from && n > 0 && n < 100000 && end[0] == units[i].unit && end[1] == '\0') {
            *seconds = n * units[i].seconds;
            return true;
        }
    return false;
}
