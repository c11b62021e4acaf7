/* SPDX-License-Identifier: Apache-2.0
 *
 * From a command line to a command: global options, nearest names, help.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/suggest.h"
#include "console/openapi.h"
#include "console/routes.h"
#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"
#include "measure.h"

#define EXIT_USAGE  2
#define NAME_COLUMN 18

static const char global_usage[] =
    "usage: anbuctl [--socket PATH] [--as NAME] COMMAND [ARGUMENT]...\n\n";

static void print_help(FILE *out)
{
    (void)fputs(global_usage, out);
    for (size_t i = 0; i < command_count; i++)
        (void)fprintf(out, "  %-*s%s\n", NAME_COLUMN, commands[i].name, commands[i].help);
    (void)fputs("\n`anbuctl help COMMAND` tells its arguments. Exit: 0 done, 1 refused or failed, "
                "2 wrong usage.\n"
                "The daemon's socket: --socket, else $ANBU_SOCKET, else " CALL_SOCKET_DEFAULT ".\n",
                out);
}

/* The command whose name the words begin with; *words: of how many it consists. */
static const struct command *command_find(int argc, char **argv, int *words)
{
    for (size_t i = 0; i < command_count; i++) {
        const char *second = strchr(commands[i].name, ' ');
        size_t bytes = second ? (size_t)(second - commands[i].name) : strlen(commands[i].name);
        *words = second ? 2 : 1;
        if (argc >= *words &&
            text_equal(text_of(argv[0]), (struct text){commands[i].name, bytes}) &&
            (!second || strcmp(argv[1], second + 1) == 0))
            return &commands[i];
    }
    return NULL;
}

/* "alerts lst" suggests "alerts list"; "alerts" alone lists what begins so. */
static int unknown_command(int argc, char **argv)
{
    struct buffer given = {0}, family = {0};
    buffer_text(&given, argv[0]);
    for (size_t i = 0; i < command_count; i++) {
        size_t bytes = given.bytes;
        if (strncmp(commands[i].name, argv[0], bytes) == 0 && commands[i].name[bytes] == ' ')
            buffer_format(&family, "%s%s", family.bytes ? ", " : "", commands[i].name);
    }
    if (argc > 1 && argv[1][0] != '-')
        buffer_format(&given, " %s", argv[1]);
    /* "alerts lst" is near "alerts list"; "statsu H-1" is near "status". */
    struct suggest whole = {.word = buffer_view(&given)}, first = {.word = text_of(argv[0])};
    for (size_t i = 0; i < command_count; i++) {
        suggest_try(&whole, text_of(commands[i].name));
        if (!strchr(commands[i].name, ' '))
            suggest_try(&first, text_of(commands[i].name));
    }
    struct text nearest = whole.best.bytes ? whole.best : first.best;
    if (nearest.bytes)
        ctl_say("\"%s\" is no command; did you mean \"%.*s\"?", given.at, (int)nearest.bytes,
                nearest.at);
    else if (family.bytes)
        ctl_say("\"%s\" is no command; there is %s", given.at, family.at);
    else
        ctl_say("\"%s\" is no command; `anbuctl help` lists them", given.at);
    buffer_done(&given);
    buffer_done(&family);
    return EXIT_USAGE;
}

/* "help alerts" tells of all commands that begin so; false: none does. */
static bool family_help(const char *name)
{
    const size_t bytes = strlen(name);
    bool any = false;
    for (size_t i = 0; i < command_count; i++) {
        if (strncmp(commands[i].name, name, bytes) != 0 || commands[i].name[bytes] != ' ')
            continue;
        (void)printf("%susage: anbuctl %s %s\n  %s\n", any ? "\n" : "", commands[i].name,
                     commands[i].arguments, commands[i].help);
        any = true;
    }
    return any;
}

int command_version(int argc, char **argv)
{
    (void)argv;
    if (argc > 0) {
        ctl_usage("version");
        return EXIT_USAGE;
    }
    (void)puts("anbuctl " ANBU_VERSION);
    return 0;
}

int command_help(int argc, char **argv)
{
    /* What `make generated` writes down. */
    static const struct {
        const char *name;
        void (*write)(struct buffer *out);
    } pages[] = {{"--man", ctl_man},
                 {"--metrics", measure_page},
                 {"--roles", routes_page},
                 {"--openapi", openapi_page}};
    int words;
    if (argc == 0) {
        print_help(stdout);
        return 0;
    }
    for (size_t i = 0; argc == 1 && i < sizeof pages / sizeof pages[0]; i++) {
        struct buffer page = {0};
        if (strcmp(argv[0], pages[i].name) != 0)
            continue;
        pages[i].write(&page);
        (void)fwrite(page.at, 1, page.bytes, stdout);
        buffer_done(&page);
        return 0;
    }
    const struct command *command = command_find(argc, argv, &words);
    if (!command && argc == 1 && family_help(argv[0]))
        return 0;
    if (!command || words != argc)
        return unknown_command(argc, argv);
    (void)printf("usage: anbuctl %s%s%s\n\n%s\n", command->name, command->arguments[0] ? " " : "",
                 command->arguments, command->help);
    return 0;
}

/* Global options may stand anywhere before "--"; commands find them in the environment. */
static bool globals_take(int *argc, char **argv)
{
    static const struct {
        const char *name, *variable;
    } globals[] = {{"--socket", CALL_SOCKET_ENV}, {"--as", CALL_AS_ENV}};
    int kept = 0;
    bool more = true;
    for (int i = 0; i < *argc; i++) {
        const char *value = NULL, *variable = NULL;
        size_t bytes = strcspn(argv[i], "=");
        more = more && strcmp(argv[i], "--") != 0;
        for (size_t k = 0; more && k < sizeof globals / sizeof globals[0]; k++)
            if (text_is((struct text){argv[i], bytes}, globals[k].name))
                variable = globals[k].variable;
        if (!variable) {
            argv[kept++] = argv[i];
            continue;
        }
        value = argv[i][bytes] ? argv[i] + bytes + 1 : i + 1 < *argc ? argv[++i] : NULL;
        if (!value || !value[0] || setenv(variable, value, 1) < 0) {
            ctl_say("%.*s needs a value", (int)bytes, argv[i]);
            return false;
        }
    }
    *argc = kept;
    return true;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0)
            return true;
    return false;
}

static int dispatch(int argc, char **argv)
{
    int words;
    if (argc == 0) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0)
        return command_help(0, NULL);
    if (strcmp(argv[0], "--version") == 0)
        return command_version(0, NULL);
    const struct command *command = command_find(argc, argv, &words);
    if (!command && argc == 2 && asks_for_help(1, argv + 1))
        return command_help(1, argv);
    if (!command)
        return unknown_command(argc, argv);
    if (!command->own_help && asks_for_help(argc - words, argv + words))
        return command_help(words, argv);
    return command->run(argc - words, argv + words);
}

int ctl_run(int argc, char **argv)
{
    int left = argc > 0 ? argc - 1 : 0;
    if (!globals_take(&left, argv + 1))
        return EXIT_USAGE;
    int status = dispatch(left, argv + 1);
    /* A full disk or a closed pipe must not pass for success. */
    if (fflush(stdout) != 0 && status == 0) {
        ctl_say("standard output: %s", strerror(errno));
        status = 1;
    }
    return status;
}
