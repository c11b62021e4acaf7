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
int command_alerts_contact(int argc, char **argv);
int command_alerts_refer(int argc, char **argv);
int command_alerts_accept(int argc, char **argv);
int command_alerts_decline(int argc, char **argv);
int command_alerts_escalate(int argc, char **argv);
int command_alerts_note(int argc, char **argv);
int command_alerts_resolve(int argc, char **argv);
int command_alerts_reopen(int argc, char **argv);
int command_alerts_directory(int argc, char **argv);
int command_incidents_list(int argc, char **argv);
int command_sinks_list(int argc, char **argv);
int command_sinks_test(int argc, char **argv);
int command_user_add(int argc, char **argv);
int command_user_passwd(int argc, char **argv);
int command_user_disable(int argc, char **argv);
int command_user_enable(int argc, char **argv);
int command_user_release(int argc, char **argv);
int command_user_list(int argc, char **argv);
int command_token_add(int argc, char **argv);
int command_token_list(int argc, char **argv);
int command_token_revoke(int argc, char **argv);
int command_households_list(int argc, char **argv);
int command_household_show(int argc, char **argv);
int command_household_hours(int argc, char **argv);
int command_household_absence(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_budget(int argc, char **argv);
int command_areas(int argc, char **argv);
int command_meters_dark(int argc, char **argv);
int command_dead_letters(int argc, char **argv);
int command_rosters(int argc, char **argv);
int command_handover(int argc, char **argv);
int command_config_diff(int argc, char **argv);
int command_stats(int argc, char **argv);
int command_advise(int argc, char **argv);
int command_audit_list(int argc, char **argv);
int command_audit_export(int argc, char **argv);
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
