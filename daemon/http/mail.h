/* SPDX-License-Identifier: Apache-2.0
 *
 * Sending a mail by SMTP, over libcurl. Blocking; a mailer belongs to one thread and keeps its
 * connection for the next message.
 */
#ifndef ANBU_HTTP_MAIL_H
#define ANBU_HTTP_MAIL_H

#include <stdatomic.h>

#include "base/err.h"
#include "base/text.h"

/* One message to one recipient; all borrowed for the call. */
struct mail_post {
    const char *url;             /* smtp:// or smtps://, host and port */
    bool clear;                  /* smtp:// without STARTTLS will do */
    const char *ca;              /* a file; "": the machine's own */
    const char *user, *password; /* "": none */
    const char *from, *to;       /* addresses, without brackets */
    struct text message;         /* header and body, lines end with CR LF */
    long timeout_ms;
    const atomic_bool *stopping; /* set: it is given up */
};

/* How the server answered the last command that it was given; code 0: it did not. */
struct mail_answer {
    long code;
    char command[8]; /* "RCPT", "DATA" (its body, too), "MAIL", "AUTH" ... */
};

struct mailer;
NODISCARD enum err mailer_new(struct mailer **out, struct fault *fault);
void mailer_free(struct mailer *mailer); /* NULL is fine */

/* ERR_OK: taken, or refused as the answer says (code 400 and up). ERR_TIMEOUT, ERR_UNREACHABLE: it
 * came to no answer. */
NODISCARD enum err mailer_send(struct mailer *mailer, const struct mail_post *post,
                               struct mail_answer *answer, struct fault *fault);

#endif
