/* SPDX-License-Identifier: Apache-2.0
 *
 * anbuctl's commands: one table (commands.c) with name, arguments, help and function; usage, --help
 * and the man page's list are made from it. Exit status: 0 done, 1 refused or failed, 2 wrong
 * usage.
 */
#ifndef ANBU_CTL_COMMAND_H
#define ANBU_CTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

struct command {
    const char *name;                  /* "alerts list" */
    const char *arguments;             /* "[--state STATE] [--json]" */
    const char *help;                  /* one line */
    int (*run)(int argc, char **argv); /* argv[0] is the first argument after the name */
    bool own_help;                     /* answers --help itself */
};

extern const struct command commands[];
extern const size_t command_count;

/* One file a family; each is named in commands.c. */
int command_check_config(int argc, char **argv);
int command_show_config(int argc, char **argv);
int command_sample_config(int argc, char **argv);
int command_reload(int argc, char **argv);
int command_status(int argc, char **argv);
int command_alerts_list(int argc, char **argv);
int command_alerts_show(int argc, char **argv);
int command_alerts_acknowledge(int argc, char **argv);
int command_alerts_release(int argc, char **argv);
int command_alerts_note(int argc, char **argv);
int command_alerts_resolve(int argc, char **argv);
int command_alerts_reopen(int argc, char **argv);
int command_incidents_list(int argc, char **argv);
int command_households_list(int argc, char **argv);
int command_household_show(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_advise(int argc, char **argv);
int command_audit_verify(int argc, char **argv);
int command_simulate(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_version(int argc, char **argv);
int command_help(int argc, char **argv);

/* All of it: global options, then the command. main() is this. */
int ctl_run(int argc, char **argv);

struct buffer;
/* The man page anbuctl(1), from the table; docs/man/anbuctl.1 is this text. */
void ctl_man(struct buffer *out);

#endif
