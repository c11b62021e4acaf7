/* SPDX-License-Identifier: Apache-2.0
 *
 * THE table of commands, in the order of the help.
 */
#include "ctl/command.h"

#define FILTERS "[--state LIST] [--team LIST] [--severity LIST] [--area AREA]"

const struct command commands[] = {
    {"alerts list", FILTERS " [--limit N] [--all] [--held] [--why TEXT] [--json]",
     "open and acknowledged alerts, gravest and longest waiting first; --held: those that an area "
     "incident holds back; --all: the latest of all",
     command_alerts_list, false},
    {"alerts show", "ID [--why TEXT] [--json]",
     "one alert: sentence, owner, reasons, history; ID may be its first 6 characters or more",
     command_alerts_show, false},
    {"alerts ack", "ID [--for 2h] [--note TEXT] [--why TEXT] [--json]",
     "take an alert; it opens again by itself after a while (--for)", command_alerts_acknowledge,
     false},
    {"alerts release", "ID [--note TEXT] [--why TEXT] [--json]", "give an alert back that you took",
     command_alerts_release, false},
    {"alerts note", "ID TEXT [--why TEXT] [--json]", "add a note to an alert's history",
     command_alerts_note, false},
    {"alerts resolve", "ID --outcome OUTCOME [--note TEXT] [--until DATE] [--why TEXT] [--json]",
     "close an alert with what was found; --until: when an absence ends", command_alerts_resolve,
     false},
    {"alerts reopen", "ID --note TEXT [--why TEXT] [--json]", "open a closed alert again",
     command_alerts_reopen, false},
    {"incidents list", "[--all] [--json]",
     "areas and feeders that are dark or silent, and the alerts that each holds back; --all: the "
     "latest of each in the last 7 days",
     command_incidents_list, false},
    {"households list",
     "[--blind | --outlook CLASS] [--area AREA] [--limit N] [--why TEXT] [--json]",
     "homes by how soon a collapse in them would be told, the latest told first; CLASS: day, "
     "two_days, later, learning; --blind: later than within two days, or not at all",
     command_households_list, false},
    {"household show", "ID [--why TEXT] [--json]",
     "a household: profile, last sign of life, routine, recent hours and days, arrears, alerts",
     command_household_show, false},
    {"explain",
     "ALERT|HOUSEHOLD [--household] [--at TIME|raised [--config FILE] [--from INPUT...]] "
     "[--why TEXT] [--json]",
     "every number behind an alert, as it was told, or behind a household's detectors, as they are "
     "now; --at: as they were, worked out anew from its messages in Kafka (--config: who may read "
     "them) or in files (--from); --household: the id is one although it looks like an alert's",
     command_explain, false},
    {"advise", "[--wanted PERCENT] [--why TEXT] [--json]",
     "what the outcomes of resolved alerts say about each rule, and what change they support",
     command_advise, false},
    {"audit verify", "FILE", "walk the audit log's chain: was a line cut, added or edited?",
     command_audit_verify, false},
    {"status", "[--json]", "how the daemon is: partitions, lag, counters", command_status, false},
    {"reload", "", "read the configuration file again; a bad file changes nothing", command_reload,
     false},
    {"check-config", "FILE", "say everything that is wrong with a configuration file",
     command_check_config, false},
    {"show-config", "[--config FILE [--set KEY=VALUE]...] [--json]",
     "every option in force in the daemon, or of a file, and where its value came from",
     command_show_config, false},
    {"sample-config", "[--man]", "a configuration file with every option, its help and its default",
     command_sample_config, false},
    {"simulate",
     "[--households N] [--days D] [--seed S] [--scenario FILE] [--out FILE | --kafka BROKERS] "
     "[--truth FILE] [OPTION]...",
     "write the messages of a town of believable homes, and the truth beside them; --help lists "
     "every option",
     command_simulate, true},
    {"replay",
     "[--config FILE] [--set KEY=VALUE]... [--compare OTHER.yaml] [--with KEY=VALUE]... "
     "[--dead-letters FILE] [--quiet] INPUT...",
     "run the pipeline over files of messages; events on standard output; --compare, --with: what "
     "another configuration, or a changed option, would raise and not raise",
     command_replay, false},
    {"version", "", "print the version", command_version, false},
    {"help", "[--man | --metrics | COMMAND]",
     "this list, one command's line, the man page, or the daemon's metrics", command_help, false},
};
const size_t command_count = sizeof commands / sizeof commands[0];
