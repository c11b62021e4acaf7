/* SPDX-License-Identifier: Apache-2.0
 *
 * anbuctl(1) in man(7) macros, from the table of commands.
 */
#include "base/text.h"
#include "ctl/call.h"
#include "ctl/command.h"

/* A hyphen that may be copied and typed; nothing that roff would take for a request. */
static void escaped(const char *from, struct buffer *out)
{
    for (; *from; from++) {
        if (*from == '-' || *from == '\\')
            buffer_format(out, "\\%c", *from == '-' ? '-' : 'e');
        else
            buffer_add(out, from, 1);
    }
}

static void item(const char *bold, const char *plain, const char *text, struct buffer *out)
{
    buffer_text(out, ".TP\n\\fB");
    escaped(bold, out);
    buffer_text(out, "\\fR");
    buffer_text(out, plain[0] ? " " : "");
    escaped(plain, out);
    buffer_text(out, "\n");
    escaped(text, out);
    buffer_text(out, "\n");
}

void ctl_man(struct buffer *out)
{
    buffer_text(out,
                ".\\\" SPDX-License-Identifier: Apache-2.0\n"
                ".\\\" Made by `anbuctl help --man`; do not edit.\n"
                ".TH ANBUCTL 1 \"\" \"anbu " ANBU_VERSION "\" \"Anbu\"\n"
                ".SH NAME\nanbuctl \\- work with well\\-being\\-check alerts and their daemon\n"
                ".SH SYNOPSIS\n\\fBanbuctl\\fR [\\fB\\-\\-socket\\fR PATH] "
                "[\\fB\\-\\-as\\fR NAME] COMMAND [ARGUMENT]...\n"
                ".SH DESCRIPTION\n"
                "Everything that a person does with Anbu from a shell. Alerts, households, "
                "status and reload\nare asked of the running daemon over its unix socket; the "
                "daemon knows the account that\nasks from the kernel and records every look-up "
                "and change in its audit log.\n.SH COMMANDS\n");
    for (size_t i = 0; i < command_count; i++)
        item(commands[i].name, commands[i].arguments, commands[i].help, out);
    buffer_text(out, ".SH OPTIONS\n");
    item("--socket", "PATH", "the daemon's socket", out);
    item("--as", "NAME",
         "act on behalf of NAME, an officer without an account of their own on this "
         "machine; root and the daemon's account alone may. Recorded as \"NAME (by "
         "root)\".",
         out);
    item("--json", "", "the API's JSON in place of text for people", out);
    item("--why", "TEXT", "the purpose of a look-up, for the audit log", out);
    buffer_text(out, ".SH EXIT STATUS\n");
    item("0", "", "done; also when an alert's change is durable but Kafka has not answered yet",
         out);
    item("1", "", "refused or failed", out);
    item("2", "", "wrong usage", out);
    buffer_text(out, ".SH ENVIRONMENT\n");
    item(CALL_SOCKET_ENV, "", "the daemon's socket when --socket is not given", out);
    item(CALL_AS_ENV, "", "as --as", out);
    item("NO_COLOR", "", "when set, no colour on a terminal", out);
    buffer_text(out, ".SH FILES\n");
    item(CALL_SOCKET_DEFAULT, "", "the daemon's socket unless told otherwise", out);
    buffer_text(out,
                ".SH EXAMPLES\n.nf\nanbuctl alerts list \\-\\-severity critical,high\n"
                "anbuctl alerts ack 7k2m9q \\-\\-for 2h \\-\\-note \"calling her\"\n"
                "anbuctl alerts resolve 7k2m9q \\-\\-outcome absence \\-\\-until 2026\\-02\\-01\n"
                "anbuctl household show H\\-10231 \\-\\-why \"alert 7k2m9q\"\n.fi\n"
                ".SH SEE ALSO\n\\fBanbud\\fR(8)\n");
}
