/* SPDX-License-Identifier: Apache-2.0
 *
 * anbu.yaml(5), in mdoc.
 */
#include <string.h>

#include "config/internal.h"

static const char head[] =
    ".\\\" SPDX-License-Identifier: Apache-2.0\n"
    ".\\\" Made from the program's own tables by anbuctl sample-config --man.\n"
    ".Dd January 15, 2026\n"
    ".Dt ANBU.YAML 5\n"
    ".Os\n"
    ".Sh NAME\n"
    ".Nm anbu.yaml\n"
    ".Nd configuration of anbud\n"
    ".Sh DESCRIPTION\n"
    "The file is one YAML document of nested maps: option\n"
    ".Cm kafka.brokers\n"
    "is the key\n"
    ".Cm brokers\n"
    "in the map\n"
    ".Cm kafka .\n"
    "Unknown and repeated keys are refused, as are anchors, aliases and tags.\n"
    "A file is used as a whole or not at all:\n"
    ".Xr anbuctl 1\n"
    ".Cm check-config\n"
    "tells every mistake with its line and column.\n"
    ".Pp\n"
    "A value comes from the last of these that sets it:\n"
    "the default, the file, the environment (the option's name in capitals after\n"
    ".Ev ANBU_ ,\n"
    "with underscores for dots, as\n"
    ".Ev ANBU_KAFKA_BROKERS\n"
    "or\n"
    ".Ev ANBU_SILENCE_SHARE ;\n"
    "an empty variable counts as unset), then\n"
    ".Fl -set Ar KEY Ns = Ns Ar VALUE\n"
    "on the command line.\n"
    "A variable that begins so and is no option's is warned about with the nearest name.\n"
    "Lists and layers have none.\n"
    ".Pp\n"
    "Durations are written 90s, 10m, 24h or 7d;\n"
    "sizes 512, 64k, 256M, 2G or 1T, in powers of 1024.\n"
    "Secrets never stand in the file:\n"
    ".Sq file:/PATH\n"
    "reads them from a file (without its last line break),\n"
    ".Sq env:NAME\n"
    "from an environment variable.\n"
    "Options marked\n"
    ".Dq restart\n"
    "take effect when the daemon starts, all others at a reload, too.\n"
    ".Sh OPTIONS\n";

static const char tail[] =
    ".Sh LISTS\n"
    ".Bl -tag -width Ds\n"
    ".It Cm kafka.properties\n"
    "A map of librdkafka properties, passed through as they are; restart.\n"
    "Values of passwords and keys are secrets.\n"
    "Properties on which Anbu's guarantees rest are refused,\n"
    "with the option to set instead.\n"
    ".It Cm enrolment\n"
    "A list of rows: who may raise which alerts.\n"
    "A household counts when a row fits it: it has all\n"
    ".Cm flags\n"
    "and, with\n"
    ".Cm arrears : Li true ,\n"
    "unpaid bills.\n"
    ".Cm detectors\n"
    "names what the row allows; all of them when it is left out.\n"
    "Without the list every household may raise everything.\n"
    ".It Cm holidays\n"
    "A list of public holidays, on which people live as on a Sunday:\n"
    "month-day for every year, or year-month-day.\n"
    "The household's local day counts.\n"
    ".It Cm sinks\n"
    "A list of those who are told of alerts besides Kafka, each at its own "
    "pace.\n"
    ".Cm teams ,\n"
    ".Cm severities\n"
    "and\n"
    ".Cm areas\n"
    "choose which alerts; left out, all of them.\n"
    ".Cm channels\n"
    "(message, phone, visit, mail, police) makes it hear of steps of ladders\n"
    "that come due, and of nothing else.\n"
    ".Cm to\n"
    "lists the addresses that mail goes to, each in a message of its own;\n"
    ".Cm properties\n"
    "is a map of librdkafka's for a Kafka sink's own brokers.\n"
    "A change needs a restart.\n"
    "The other keys of one:\n"
    ".Bl -tag -width Ds\n";

static const char tail_ladders[] =
    ".El\n"
    ".It Cm ladders\n"
    "A list of ladders of contact: how and whom to try while an alert is open.\n"
    "The first whose\n"
    ".Cm teams ,\n"
    ".Cm severities\n"
    "and\n"
    ".Cm hours\n"
    "fit is climbed; without the list none is.\n"
    ".Cm steps\n"
    "is a list of\n"
    ".Cm channel ,\n"
    ".Cm whom\n"
    "and\n"
    ".Cm wait .\n"
    "The other keys of one, and those of a step:\n"
    ".Bl -tag -width Ds\n";

static const char tail_rosters[] =
    ".El\n"
    ".It Cm rosters\n"
    "A list of who is on call at a desk; an alert that escalates names them.\n"
    ".Cm areas\n"
    "chooses; left out, all of them.\n"
    ".Cm shifts\n"
    "is a list; each begins on its\n"
    ".Cm days\n"
    "(mon to sun, and holiday, for those of\n"
    ".Cm holidays ;\n"
    "left out, all).\n"
    "Where a shift of the roster names holiday, a holiday is no day of the week.\n"
    "The other keys of a roster, and those of a shift:\n"
    ".Bl -tag -width Ds\n";

static const char tail_roles[] =
    ".El\n"
    ".It Cm oidc.roles\n"
    "A list of what the members of the provider's groups are here.\n"
    "An account is made at their first sign-in and follows their groups at each.\n"
    "The first that fits counts;\n"
    ".Cm areas\n"
    "of further ones with the same role and team are added; left out, all of them.\n"
    "The other keys:\n"
    ".Bl -tag -width Ds\n";

static const char tail_fields[] = ".El\n"
                                  ".It Cm answers\n"
                                  "A list of those who may tell what somebody has answered to an\n"
                                  "automatic message: each has a\n"
                                  ".Cm name\n"
                                  "and the\n"
                                  ".Cm secret\n"
                                  "that signs it (whsec_ and base64).\n"
                                  "While a secret is changed the name stands twice.\n"
                                  ".It Cm fields\n"
                                  "A map from our name of a message's field to the utility's,\n"
                                  "dots going into objects.\n"
                                  "Ours:\n";

static const char layers[] = ".El\n"
                             ".Sh LAYERS\n"
                             "Detectors' options and\n"
                             ".Cm budget.acute_per_household_year\n"
                             "can be set otherwise for some households, days and places.\n"
                             "Applied in this order, each in the order of the file:\n"
                             ".Bl -tag -width Ds\n"
                             ".It Cm profiles\n"
                             "By a flag of the household's profile:\n";

static const char end[] = ".It Cm seasons\n"
                          "By the day of the year: each season has a name of its own, and\n"
                          ".Cm from\n"
                          "and\n"
                          ".Cm to ,\n"
                          "month-day, both included; a season may run over new year.\n"
                          ".It Cm areas\n"
                          "By the area that the household's profile names.\n"
                          ".El\n"
                          ".Sh EXAMPLES\n"
                          "A small city that watches those who live alone more closely in winter:\n"
                          ".Bd -literal -offset indent\n"
                          "kafka:\n"
                          "  brokers: kafka.city.example:9092\n"
                          "ingest:\n"
                          "  timezone: Asia/Seoul\n"
                          "budget:\n"
                          "  acute_per_household_year: 6\n"
                          "profiles:\n"
                          "  lives_alone: {budget: {acute_per_household_year: 8}}\n"
                          "seasons:\n"
                          "  winter: {from: 11-15, to: 02-29}\n"
                          ".Ed\n"
                          ".Sh SEE ALSO\n"
                          ".Xr anbuctl 1 ,\n"
                          ".Xr anbud 8\n";

/* Text that roff leaves alone, in lines of about 72 bytes; literal: in one, to be copied. */
static void roff_text(const char *text, bool literal, struct buffer *out)
{
    size_t column = 0;
    for (; *text; text++, column++) {
        if (column == 0 && (*text == '.' || *text == '\''))
            buffer_text(out, "\\&");
        if (*text == '\\') {
            buffer_text(out, "\\e");
        } else if (*text == '-' && literal) {
            buffer_text(out, "\\-");
        } else if (*text == ' ' && column > 64 && !literal && text[1]) {
            buffer_text(out, "\n");
            column = SIZE_MAX; /* the next one is the first */
        } else {
            buffer_add(out, text, 1);
        }
    }
}

static void names_write(const char *const *names, size_t count, struct buffer *out)
{
    for (size_t i = 0; i < count; i++)
        buffer_format(out, ".Cm %s%s\n", names[i], i + 1 < count ? " ," : " .");
}

static void row_write(const struct option *row, const char *ending, struct buffer *out)
{
    struct buffer kind = {0}, help = {0};
    value_describe(row, &kind);
    sentence_write(row->help, &help);
    buffer_format(out, ".It Cm %s\n", row->name);
    roff_text(help.at, false, out);
    buffer_text(out, "\n.br\n");
    roff_text(kind.at, false, out);
    buffer_text(out, "; default: ");
    roff_text(row->initial[0] ? row->initial : "none", true, out);
    buffer_text(out, ending);
    buffer_done(&kind);
    buffer_done(&help);
}

void man_write(const struct config *defaults, struct buffer *out)
{
    struct text section = {0};
    const char *fields[FIELDS_MAX];
    buffer_text(out, head);
    for (size_t i = 0; i < defaults->slot_count; i++) {
        const struct option *row = defaults->slots[i].row;
        struct text own = section_first(row->name);
        if (!text_equal(own, section)) {
            const char *help = section_help(defaults, own);
            buffer_format(out, "%s.Ss %.*s\n", section.bytes ? ".El\n" : "", (int)own.bytes,
                          own.at);
            if (help) {
                struct buffer sentence = {0};
                sentence_write(help, &sentence);
                roff_text(sentence.at, false, out);
                buffer_done(&sentence);
            }
            buffer_format(out, "%s.Bl -tag -width Ds\n", help ? "\n" : "");
            section = own;
        }
        row_write(row, row->reloadable ? ".\n" : "; restart.\n", out);
    }
    buffer_text(out, ".El\n");
    buffer_text(out, tail);
    for (size_t i = 0; i < sink_row_count; i++)
        row_write(&sink_rows[i], ".\n", out);
    buffer_text(out, tail_ladders);
    for (size_t i = 0; i < ladder_rows.count; i++)
        row_write(&ladder_rows.at[i], ".\n", out);
    for (size_t i = 0; i < ladder_step_rows.count; i++)
        row_write(&ladder_step_rows.at[i], ".\n", out);
    buffer_text(out, tail_rosters);
    for (size_t i = 0; i < roster_rows.count; i++)
        row_write(&roster_rows.at[i], ".\n", out);
    for (size_t i = 0; i < shift_rows.count; i++)
        row_write(&shift_rows.at[i], ".\n", out);
    buffer_text(out, tail_roles);
    for (size_t i = 0; i < role_rows.count; i++)
        row_write(&role_rows.at[i], ".\n", out);
    buffer_text(out, tail_fields);
    names_write(fields, field_list(fields), out);
    buffer_text(out, layers);
    names_write(profile_flag_names, PROFILE_FLAG_COUNT, out);
    buffer_text(out, end);
}
