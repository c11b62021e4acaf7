/* SPDX-License-Identifier: Apache-2.0
 *
 * THE table of commands, in the order of the help.
 */
#include "ctl/command.h"

#define FILTERS "[--state LIST] [--team LIST] [--severity LIST] [--area AREA]"

const struct command commands[] = {
    {"alerts list", FILTERS " [--limit N] [--all] [--why TEXT] [--json]",
     "open and acknowledged alerts, gravest and longest waiting first; --all: the latest of all",
     command_alerts_list},
    {"alerts show", "ID [--why TEXT] [--json]",
     "one alert: sentence, owner, reasons, history; ID may be its first 6 characters or more",
     command_alerts_show},
    {"alerts ack", "ID [--for 2h] [--note TEXT] [--json]",
     "take an alert; it opens again by itself after a while (--for)", command_alerts_acknowledge},
    {"alerts release", "ID [--note TEXT] [--json]", "give an alert back that you took",
     command_alerts_release},
    {"alerts note", "ID TEXT [--json]", "add a note to an alert's history", command_alerts_note},
    {"alerts resolve", "ID --outcome OUTCOME [--note TEXT] [--until DATE] [--json]",
     "close an alert with what was found; --until: when an absence ends", command_alerts_resolve},
    {"alerts reopen", "ID --note TEXT [--json]", "open a closed alert again",
     command_alerts_reopen},
    {"household show", "ID [--why TEXT] [--json]",
     "a household: profile, last sign of life, routine, recent hours and days, arrears, alerts",
     command_household_show},
    {"audit verify", "FILE", "walk the audit log's chain: was a line cut, added or edited?",
     command_audit_verify},
    {"status", "[--json]", "how the daemon is: partitions, lag, counters", command_status},
    {"reload", "", "read the configuration file again; a bad file changes nothing", command_reload},
    {"check-config", "FILE", "say everything that is wrong with a configuration file",
     command_check_config},
    {"show-config", "[--json]", "every option in force, and where its value came from",
     command_show_config},
    {"sample-config", "", "a configuration file with every option, its help and its default",
     command_sample_config},
    {"simulate",
     "[--households N] [--days D] [--seed S] [--scenario FILE] [--out FILE | --kafka BROKERS] "
     "[--truth FILE] [OPTION]...",
     "write the messages of a town of believable homes, and the truth beside them; --help lists "
     "every option",
     command_simulate, .own_help = true},
    {"replay",
     "[--config FILE] [--set KEY=VALUE]... [--compare OTHER.yaml] [--dead-letters FILE] [--quiet] "
     "INPUT...",
     "run the pipeline over files of messages; events on standard output", command_replay},
    {"version", "", "print the version", command_version},
    {"help", "[--man | COMMAND]", "this list, one command's line, or the man page", command_help},
};
const size_t command_count = sizeof commands / sizeof commands[0];
