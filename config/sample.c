/* SPDX-License-Identifier: Apache-2.0
 *
 * config/anbu.yaml: the tables as a file that sets nothing, and says all that could be set. A line
 * "# prose" has one space, a line "#code" none or several: without its '#' it is a setting.
 */
#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "config/internal.h"

#define COLUMNS_MAX 96

static const char head[] =
    "# Anbu's configuration. Every option stands here with its default, so this file sets "
    "nothing:\n"
    "# take away the '#' before an option (not the blanks before that) and write your value.\n"
    "#\n"
    "#   anbuctl check-config FILE   finds every mistake before the daemon does\n"
    "#   anbuctl show-config         shows what is in force and where each value came from\n"
    "#   anbuctl reload              takes a changed file over; some options need a restart\n"
    "#\n"
    "# What counts: default, then this file, then the environment (ANBU_KAFKA_BROKERS for\n"
    "# kafka.brokers, ANBU_SILENCE_SHARE for silence.share), then --set KEY=VALUE.\n"
    "# Durations: 90s, 10m, 24h, 7d. Sizes: 512, 64k, 256M, 2G.\n"
    "# Secrets never stand here: write file:/PATH or env:NAME. Manual: anbu.yaml(5).\n"
    "#\n"
    "# Made from the program's own tables by `anbuctl sample-config`; examples: "
    "config/examples/.\n";

static const char kafka_tail[] =
    "\n"
    "  # Any other librdkafka property, passed through as it is: TLS, SASL, buffers. Passwords and "
    "keys\n"
    "  # as file:/PATH or env:NAME. A change needs a restart.\n"
    "  #properties:\n"
    "  #  security.protocol: SASL_SSL\n"
    "  #  sasl.mechanism: SCRAM-SHA-512\n"
    "  #  sasl.username: anbu\n"
    "  #  sasl.password: env:KAFKA_PASSWORD\n"
    "  #  ssl.ca.location: /etc/ssl/certs/ca-certificates.crt\n";

static const char oidc_tail[] =
    "\n"
    "  # What members of the provider's groups are here: an account is made at their first "
    "sign-in, "
    "and\n"
    "  # follows their groups at each. The first that fits counts; areas of further ones with the "
    "same\n"
    "  # role and team are added. Accounts that were made by hand are left alone. (64 at most)\n"
    "  #roles:\n"
    "  #  - {group: desk-sindang, role: officer, team: police, areas: [\"11140-sindang\"]}\n"
    "  #  - {group: desk-heads, role: supervisor, team: all}\n"
    "  #  - {group: gas-works, role: utility, utility: gas}\n";

static const char tail[] =
    "\n"
    "# Layers: detectors' options and budget.acute_per_household_year can be set otherwise for "
    "some\n"
    "# households, days and places. Applied in this order, each in the order of the file: the "
    "values\n"
    "# above, profiles, seasons, areas. The last one that applies counts.\n"
    "\n"
    "# By a flag of the household's profile:%s.\n"
    "#profiles:\n"
    "#  lives_alone:\n"
    "#    budget:\n"
    "#      acute_per_household_year: 8\n"
    "\n"
    "# By the day of the year, month-day, both days included, over new year too. Any name will "
    "do.\n"
    "#seasons:\n"
    "#  winter:\n"
    "#    from: 11-15\n"
    "#    to: 02-29\n"
    "#    budget:\n"
    "#      acute_per_household_year: 9\n"
    "\n"
    "# By the area of the household's profile.\n"
    "#areas:\n"
    "#  \"11140-sindang\":\n"
    "#    budget:\n"
    "#      acute_per_household_year: 12\n"
    "\n"
    "# Who may raise which alerts. A household counts when some row fits it: all of the row's "
    "flags\n"
    "# and, with arrears: true, unpaid bills. Without this list everybody may raise everything.\n"
    "# Detectors (all of them in a row that names none):%s.\n"
    "#enrolment:\n"
    "#  - flags: [lives_alone, consent]\n"
    "#  - flags: [referred]\n"
    "#  - arrears: true\n"
    "#    detectors: [%s]\n"
    "\n"
    "# Public holidays, on which people live as on a Sunday: a day of every year (month-day), or "
    "of "
    "one\n"
    "# (year-month-day). By the household's local day. Here Korea's fixed ones and Chuseok of "
    "2026:\n"
    "#holidays: [01-01, 03-01, 05-05, 06-06, 08-15, 10-03, 10-09, 12-25,\n"
    "#           2026-09-24, 2026-09-25, 2026-09-26]\n"
    "\n"
    "# Who is told of alerts besides Kafka: each sink at its own pace, from where it stopped. "
    "teams,\n"
    "# severities and areas choose; left out, it is told of all. (8 at most; a change needs a "
    "restart)\n"
    "#sinks:\n"
    "%s"
    "\n"
    "# Ladders of contact: how and whom to try while nobody is heard of, one step after the other "
    "until\n"
    "# a sign of life, an answer or an officer's word ends it. The first that is for the alert's "
    "team,\n"
    "# severity and hour is climbed; without this list none is. After Seoul's checks: a message "
    "first,\n"
    "# a call, whoever is close, the door, and the police for what is critical. (16 at most)\n"
    "#ladders:\n"
    "%s"
    "#    teams: [police]\n"
    "#    severities: [critical]\n"
    "#    steps:\n"
    "#      # channel: %s; whom: %s\n"
    "#      - {channel: message, whom: resident, wait: 10m}\n"
    "#      - {channel: phone, whom: resident, wait: 10m}\n"
    "#      - {channel: phone, whom: contact_person, wait: 20m}\n"
    "#      - {channel: police, whom: police}\n"
    "#  - name: usual\n"
    "#    steps:\n"
    "#      - {channel: message, whom: resident, wait: 30m}\n"
    "#      - {channel: phone, whom: resident, wait: 1h}\n"
    "#      - {channel: phone, whom: contact_person, wait: 2h}\n"
    "#      - {channel: visit, whom: community_officer, wait: 24h}\n"
    "\n"
    "# Who may tell what somebody has answered to an automatic message (POST /api/v1/answers), by "
    "the\n"
    "# secret that signs it. While a secret is changed the name stands twice.\n"
    "#answers:\n"
    "#  - {name: gateway, secret: \"env:GATEWAY_SECRET\"}\n"
    "\n"
    "# Who is on call at a desk, by day and hour of its zone: an alert that escalates names them. "
    "A "
    "shift\n"
    "# begins on its days (mon to sun, holiday: those of `holidays`; all of them when it names "
    "none) "
    "and\n"
    "# may end on the day after. on_call and then are accounts, or team:police, team:welfare: "
    "whoever "
    "of\n"
    "# the roster's desk is enabled. Of a team's rosters and shifts the first that fits counts. "
    "(64 at "
    "most)\n"
    "#rosters:\n"
    "#  - name: police-sindang\n"
    "#    team: police\n"
    "#    timezone: Asia/Seoul\n"
    "#    areas: [\"11140-sindang\"]\n"
    "#    shifts:\n"
    "#      - {name: day, days: [mon, tue, wed, thu, fri], hours: \"08:00-20:00\", on_call: kim, "
    "then: "
    "lee}\n"
    "#      - {name: rest, days: [sat, sun, holiday], hours: \"08:00-20:00\", on_call: "
    "\"team:police\"}\n"
    "#      - {name: night, hours: \"20:00-08:00\", on_call: park, then: kim}\n"
    "\n"
    "# Where messages keep our fields, when a utility has its own names; dots go into objects.\n"
    "# Ours:%s.\n"
    "#fields:\n"
    "#  household: premiseId\n"
    "#  value: reading.kwh\n";

static const struct {
    const char *section, *help;
} sections[] = {
    {"kafka", "Where messages come from and where alerts go."},
    {"redis", "Where the state of households and alerts is kept."},
    {"daemon", "The process itself."},
    {"console", "Where people sign in; on the machine itself daemon.socket needs no account."},
    {"audit", "Who looked at whom: a file in daemon.data_dir, a month each."},
    {"retention", "How long closed alerts are kept; topics are kept as Kafka is told."},
    {"directory", "Who lives at a household: asked when an alert is worked, stored nowhere."},
    {"oidc",
     "Sign-in by the agency's provider of OpenID Connect, for accounts that are made for it."},
    {"ingest", "How messages are taken in, and which of them are too old or too new."},
    {"budget", "How many alerts the desk can take; thresholds follow from it."},
    {"alerts", "How long an alert waits for people."},
    {"incidents", "Outages: many homes of a feeder or area that fall dark or silent together."},
    {"delivery", "Where alert events go besides Kafka."},
};

struct text section_first(const char *name)
{
    return (struct text){name, strcspn(name, ".")};
}

const char *section_help(const struct config *config, struct text section)
{
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
        if (text_is(section, sections[i].section))
            return sections[i].help;
    for (size_t i = 0; i < config->detector_count; i++)
        if (text_is(section, config->detectors[i]->name))
            return config->detectors[i]->summary;
    return NULL;
}

void sentence_write(const char *help, struct buffer *out)
{
    size_t n = strlen(help);
    size_t at = out->bytes;
    buffer_format(out, "%s%s", help, n > 0 && help[n - 1] == '.' ? "" : ".");
    out->at[at] = (char)toupper((unsigned char)out->at[at]);
}

/* As YAML takes it: quoted where a plain word would mean something else. */
static void yaml_value(const char *value, struct buffer *out)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/,:-+";
    size_t n = strlen(value);
    if (n > 0 && strspn(value, plain) == n && value[n - 1] != ':' && value[0] != '-' &&
        value[0] != ',' && value[0] != ':') {
        buffer_text(out, value);
        return;
    }
    buffer_text(out, "\"");
    for (size_t i = 0; i < n; i++)
        buffer_format(out, "%s%c", value[i] == '"' || value[i] == '\\' ? "\\" : "", value[i]);
    buffer_text(out, "\"");
}

/* Opens the maps that `name` lies in and `before` does not. Returns the depth of its last part. */
static unsigned open_sections(const struct config *config, const char *before, const char *name,
                              struct buffer *out)
{
    unsigned depth = 0;
    bool same = true;
    const char *at = name;
    for (size_t n; at[n = strcspn(at, ".")] == '.'; at += n + 1, depth++) {
        size_t end = (size_t)(at - name) + n + 1;
        same = same && strncmp(before, name, end) == 0;
        if (same)
            continue;
        const char *help = depth == 0 ? section_help(config, section_first(name)) : NULL;
        buffer_text(out, "\n");
        if (help) {
            buffer_text(out, "# ");
            sentence_write(help, out);
            buffer_text(out, "\n");
        }
        buffer_format(out, "%*s%.*s:\n", (int)depth * 2, "", (int)n, at);
    }
    return depth;
}

static void sample_row(const struct option *row, unsigned depth, struct buffer *out)
{
    const char *dot = strrchr(row->name, '.');
    int indent = (int)depth * 2;
    assert(dot && "an option lies in a section");
    buffer_format(out, "%*s# ", indent, "");
    sentence_write(row->help, out);
    buffer_format(out, "\n%*s# (", indent, "");
    value_describe(row, out);
    buffer_format(out, "%s)\n%*s#%s: ", row->reloadable ? "" : "; a change needs a restart", indent,
                  "", dot + 1);
    yaml_value(row->initial, out);
    buffer_text(out, "\n");
}

/* Lines of comment below the sentence that they end. */
static void list_names(const char *const *names, size_t count, struct buffer *out)
{
    size_t column = COLUMNS_MAX;
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(names[i]) + 2;
        buffer_text(out, i ? "," : "");
        if (column + n > COLUMNS_MAX) {
            buffer_text(out, "\n#");
            column = 1;
        }
        buffer_format(out, " %s", names[i]);
        column += n;
    }
}

/* What an example says instead of the default. */
struct sample_sink {
    int kind;
    bool whole; /* with the rows that every kind has */
    struct {
        const char *name, *value;
    } said[8];
    const char *lists;
};

static const struct sample_sink sink_samples[] = {
    {SINK_WEBHOOK,
     true,
     {{"name", "desk"}, {"url", "https://desk.city.example/anbu"}, {"secret", "env:DESK_SECRET"}},
     "#    teams: [welfare]\n"
     "#    severities: [high, critical]\n"
     "#    areas: [\"11140-sindang\"]\n"},
    {SINK_MAIL,
     false,
     {{"name", "night-desk"},
      {"kind", "mail"},
      {"url", "smtp://mail.city.example:587"},
      {"user", "anbu"},
      {"password", "env:MAIL_PASSWORD"},
      {"from", "anbu@city.example"}},
     "#    # Who gets it, each in a message of its own.\n"
     "#    to: [night-desk@city.example]\n"},
    {SINK_KAFKA,
     false,
     {{"name", "province"},
      {"kind", "kafka"},
      {"topic", "city.alerts"},
      {"brokers", "broker.province.example:9092"}},
     "#    # librdkafka's, for these brokers; those of kafka.properties do not hold there.\n"
     "#    properties: {security.protocol: ssl}\n"},
};

static const char *said_of(const struct sample_sink *sample, const struct option *row)
{
    for (size_t i = 0; i < sizeof sample->said / sizeof sample->said[0]; i++)
        if (sample->said[i].name && strcmp(sample->said[i].name, row->name) == 0)
            return sample->said[i].value;
    return NULL;
}

static void sample_sink(const struct sample_sink *sample, struct buffer *out)
{
    bool first = true;
    for (size_t i = 0; i < sink_row_count; i++) {
        const struct option *row = &sink_rows[i];
        const char *said = said_of(sample, row);
        bool known = sample->whole ? false : sink_row_fits(row, SINK_WEBHOOK);
        if (!sink_row_fits(row, sample->kind) || (known && !said))
            continue;
        const char *lead = first ? "#  # " : "#    # ";
        if (!known) {
            buffer_text(out, lead);
            sentence_write(row->help, out);
            buffer_format(out, "\n%s(", lead);
            value_describe(row, out);
            buffer_text(out, ")\n");
        }
        buffer_format(out, "#  %s %s: ", first ? "-" : " ", row->name);
        yaml_value(said ? said : row->initial, out);
        buffer_text(out, "\n");
        first = false;
    }
    buffer_text(out, sample->lists);
}

/* One of each kind; what all have is explained with the first. */
static void sample_sinks(struct buffer *out)
{
    for (size_t i = 0; i < sizeof sink_samples / sizeof sink_samples[0]; i++)
        sample_sink(&sink_samples[i], out);
}

/* The keys of a ladder that are no lists. */
static void sample_ladder(struct buffer *out)
{
    for (size_t i = 0; i < ladder_rows.count; i++) {
        const struct option *row = &ladder_rows.at[i];
        buffer_text(out, i ? "#    # " : "#  # ");
        sentence_write(row->help, out);
        buffer_text(out, i ? "\n#    # (" : "\n#  # (");
        value_describe(row, out);
        buffer_format(out, ")\n#  %s %s: ", i ? " " : "-", row->name);
        yaml_value(i ? row->initial : "urgent", out);
        buffer_text(out, "\n");
    }
}

static void words_add(const char *const *names, size_t count, struct buffer *out)
{
    for (size_t i = 0; i < count; i++)
        buffer_format(out, "%s%s", i ? ", " : "", names[i]);
}

static void sample_tail(const struct config *defaults, struct buffer *out)
{
    struct buffer flags = {0}, names = {0}, fields = {0}, sinks = {0};
    struct buffer ladder = {0}, channels = {0}, whom = {0};
    const char *detector_names[DETECTOR_COUNT_MAX] = {NULL};
    const char *field_names[FIELDS_MAX];
    for (size_t i = 0; i < defaults->detector_count; i++)
        detector_names[i] = defaults->detectors[i]->name;
    list_names(profile_flag_names, PROFILE_FLAG_COUNT, &flags);
    list_names(detector_names, defaults->detector_count, &names);
    list_names(field_names, field_list(field_names), &fields);
    sample_sinks(&sinks);
    sample_ladder(&ladder);
    words_add(ladder_channel_names, LADDER_CHANNEL_COUNT, &channels);
    words_add(ladder_whom_names, LADDER_WHOM_COUNT, &whom);
    buffer_format(out, tail, flags.at, buffer_view(&names).at,
                  defaults->detector_count ? detector_names[defaults->detector_count - 1] : "",
                  sinks.at, ladder.at, channels.at, whom.at, fields.at);
    buffer_done(&ladder);
    buffer_done(&channels);
    buffer_done(&whom);
    buffer_done(&flags);
    buffer_done(&names);
    buffer_done(&fields);
    buffer_done(&sinks);
}

void sample_write(const struct config *defaults, struct buffer *out)
{
    const char *before = "";
    buffer_text(out, head);
    for (size_t i = 0; i < defaults->slot_count; i++) {
        const struct option *row = defaults->slots[i].row;
        bool leaves_kafka =
            strncmp(before, "kafka.", 6) == 0 && strncmp(row->name, "kafka.", 6) != 0;
        if (leaves_kafka)
            buffer_text(out, kafka_tail);
        if (strncmp(before, "oidc.", 5) == 0 && strncmp(row->name, "oidc.", 5) != 0)
            buffer_text(out, oidc_tail);
        unsigned depth = open_sections(defaults, before, row->name, out);
        sample_row(row, depth, out);
        before = row->name;
    }
    sample_tail(defaults, out);
}
