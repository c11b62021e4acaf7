/* SPDX-License-Identifier: Apache-2.0
 *
 * A mail about an event, and what the mail server's answers mean. No I/O, pure.
 */
#ifndef ANBU_DELIVERY_MAIL_H
#define ANBU_DELIVERY_MAIL_H

#include "delivery/telling.h"

/* The message with its header, RFC 5322, lines ended by CR LF: plain text in UTF-8, base64. From
 * and to: addresses that were checked. Message-ID is made from the event's id, so that a repeat is
 * known as one; all mails of an alert are one thread. */
void mail_write(const struct telling *telling, struct text source, const char *from, const char *to,
                int64_t at_s, struct buffer *out);

/* A header's value, as RFC 2047 encodes what is more than printable ASCII. */
void mail_put_encoded(struct text value, struct buffer *out);

/* ERR_OK: taken. ERR_INVALID: this recipient never takes this message. ERR_BUSY: later; as
 * everything that the operator can mend: a sender or an account that is not let in. */
NODISCARD enum err mail_answer_means(long code, const char *command, struct fault *fault);
/* Of this recipient or this content, not of the server or our account. */
bool mail_answer_is_of_message(const char *command);

#endif
