/* SPDX-License-Identifier: Apache-2.0
 *
 * THE table of commands, in the order of the help.
 */
#include "ctl/command.h"

#define FILTERS "[--state LIST] [--team LIST] [--severity LIST] [--area AREA]"

const struct command commands[] = {
    {"alerts list", FILTERS " [--limit N] [--all] [--held] [--why TEXT] [--json]",
     "live alerts, gravest and longest waiting first; --held: those that an area "
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
    {"alerts contact",
     "ID --channel CHANNEL --whom WHOM --result RESULT [--note TEXT] [--why TEXT] [--json]",
     "record that somebody was tried, and what came of it; CHANNEL: message, call, visit; WHOM: "
     "resident, contact_person, neighbour, volunteer, officer; RESULT: reached_safe, "
     "reached_needs_help, no_answer, wrong_number, vacant, cannot_locate",
     command_alerts_contact, false},
    {"alerts refer", "ID --team TEAM --note TEXT [--why TEXT] [--json]",
     "hand an alert to the other team, who accept or decline it; TEAM: police, welfare",
     command_alerts_refer, false},
    {"alerts accept", "ID [--note TEXT] [--why TEXT] [--json]",
     "take an alert that was referred to your team", command_alerts_accept, false},
    {"alerts decline", "ID --note TEXT [--why TEXT] [--json]",
     "give a referred alert back to the team that it came from, with a reason",
     command_alerts_decline, false},
    {"alerts escalate", "ID --note TEXT [--why TEXT] [--json]",
     "put an alert on the police's desk at once", command_alerts_escalate, false},
    {"alerts note", "ID TEXT [--why TEXT] [--json]", "add a note to an alert's history",
     command_alerts_note, false},
    {"alerts resolve", "ID --outcome OUTCOME [--note TEXT] [--until DATE] [--why TEXT] [--json]",
     "close an alert with what was found; --until: when an absence ends", command_alerts_resolve,
     false},
    {"alerts reopen", "ID --note TEXT [--why TEXT] [--json]", "open a closed alert again",
     command_alerts_reopen, false},
    {"alerts directory", "ID [--why TEXT] [--json]",
     "who lives at a live alert's household, whom to call, who has the keys; recorded",
     command_alerts_directory, false},
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
    {"household hours", "ID [--days N] [--why TEXT] [--json]",
     "what each meter of a household showed, hour by hour, and the days before as sums",
     command_household_hours, false},
    {"household absence",
     "ID [--to TIME --reason TEXT [--from TIME] | --end] [--why TEXT] [--json]",
     "absences of a household; --to: declare one (TIME: a date, or a time with an offset); --end: "
     "they are back, or do not go",
     command_household_absence, false},
    {"explain",
     "ALERT|HOUSEHOLD [--household] [--at TIME|raised [--config FILE] [--from INPUT...]] "
     "[--why TEXT] [--json]",
     "every number behind an alert, as it was told, or behind a household's detectors, as they are "
     "now; --at: as they were, worked out anew from its messages in Kafka (--config: who may read "
     "them) or in files (--from); --household: the id is one although it looks like an alert's",
     command_explain, false},
    {"budget", "[--json]",
     "is the budget true: alerts a home-year that came beside what was written, by population and "
     "budget, and how far prices are steered",
     command_budget, false},
    {"areas", "[--csv --why TEXT | --json]",
     "how areas and feeders fare: homes, those that are quiet, those with a meter that nobody "
     "hears "
     "of, alerts, incidents",
     command_areas, false},
    {"meters dark",
     "[--feeder FEEDER] [--area AREA] [--utility UTILITY] [--limit N] [--why TEXT] [--csv | "
     "--json]",
     "meters that nobody has heard of for two days or more, the longest silent first",
     command_meters_dark, false},
    {"dead-letters",
     "[--reason REASON] [--source TOPIC] [--limit N] [--count | --follow] [--why TEXT] [--json]",
     "the newest messages that could not be used, by their shape: letters are x, digits 9; "
     "--count: "
     "how many of each reason; --follow: new ones as they come, until interrupted",
     command_dead_letters, false},
    {"rosters", "[--json]", "who is on call at each desk now, the next to call, and who comes next",
     command_rosters, false},
    {"handover", "[--desk TEAM] [--area AREA] [--limit N] [--why TEXT] [--json]",
     "what a shift leaves to the next: each desk's live alerts, the oldest first, with whom they "
     "are, the last step and what comes next",
     command_handover, false},
    {"stats", "[--days N] [--team TEAM] [--area AREA] [--csv --why TEXT | --json]",
     "how the desk fares: load against the budget, how soon alerts are taken and people tried, "
     "outcomes, how right each rule is; --csv: a table to take along",
     command_stats, false},
    {"advise", "[--wanted PERCENT] [--why TEXT] [--json]",
     "what the outcomes of resolved alerts say about each rule, and what change they support",
     command_advise, false},
    {"sinks list", "[--json]",
     "who is told of alerts besides Kafka: how far each is, and what its last trouble was",
     command_sinks_list, false},
    {"sinks test", "NAME [--why TEXT] [--json]",
     "send one event of no alert through a sink and tell what came of it; ends with 1 when it was "
     "not taken",
     command_sinks_test, false},
    {"user add",
     "NAME --role ROLE [--team TEAM|all] [--areas AREA,...] [--utility NAME] "
     "[--display TEXT] [--password-file FILE | --provider]",
     "an account for the desk; ROLE: officer, supervisor, ops, auditor, utility; the password is "
     "asked for, and changed at the first sign-in; --provider: it signs in by the agency's "
     "provider (oidc.issuer) alone; root and the daemon's account alone may",
     command_user_add, false},
    {"user passwd", "NAME [--password-file FILE]",
     "a new password, good for the next sign-in; ends sessions and a lock-out", command_user_passwd,
     false},
    {"user disable", "NAME", "let an account in no more, and end its sessions",
     command_user_disable, false},
    {"user enable", "NAME", "let an account in again, or after a lock-out at once",
     command_user_enable, false},
    {"user release", "NAME",
     "an account that signs in by the provider: it is whoever's the provider calls so next",
     command_user_release, false},
    {"user list", "[--why TEXT] [--json]", "the accounts, and which are disabled or locked out",
     command_user_list, false},
    {"token add", "NAME --scopes SCOPE,... --team TEAM|all [--areas AREA,...] [--for 90d]",
     "a token for a program, written to standard output this once; SCOPE: alerts:read, "
     "alerts:write, incidents:read, status:read; root and the daemon's account alone may",
     command_token_add, false},
    {"token list", "[--why TEXT] [--json]",
     "the tokens, what they may, who made them, which are stopped because their maker may no "
     "more, and when each was last used",
     command_token_list, false},
    {"token revoke", "NAME", "a token opens nothing any more; its name is free again",
     command_token_revoke, false},
    {"audit list",
     "[--household ID] [--who NAME] [--action ACTION] [--from TIME] [--to TIME] [--limit N] "
     "[--why TEXT] [--json]",
     "who looked at or changed what, the newest first; times as 2026-01-25 (UTC) or with an offset",
     command_audit_list, false},
    {"audit export",
     "--why TEXT [--household ID] [--who NAME] [--action ACTION] [--from TIME] [--to TIME] [--csv]",
     "the same to take along, all of it: one JSON object a line, or a table; recorded itself",
     command_audit_export, false},
    {"audit verify", "FILE [--heads FILE]",
     "walk the audit log's chain through all its months: was a line cut, added or edited? --heads: "
     "is it the log whose ends were kept elsewhere ({\"seq\", \"hash\"}, one a line)",
     command_audit_verify, false},
    {"status", "[--json]", "how the daemon is: partitions, lag, counters", command_status, false},
    {"reload", "", "read the configuration file again; a bad file changes nothing", command_reload,
     false},
    {"config diff", "[--why TEXT] [--json]",
     "what a reload of the daemon's configuration file would change, and what of it needs a "
     "restart",
     command_config_diff, false},
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
    {"help", "[--man | --metrics | --roles | --openapi | COMMAND]",
     "this list, one command's line, the man page, the daemon's metrics, who may what, or "
     "the API as OpenAPI 3.1",
     command_help, false},
};
const size_t command_count = sizeof commands / sizeof commands[0];
