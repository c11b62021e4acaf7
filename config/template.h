/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts that people are sent, by language and kind: the program's own, or files of a directory. The
 * language is one rule: {name} stands for a field of the table below, {{ for a brace; a line whose
 * fields are all empty is left out, and of blank lines in a row all but one. Pure but for
 * templates_load; any thread.
 */
#ifndef ANBU_CONFIG_TEMPLATE_H
#define ANBU_CONFIG_TEMPLATE_H

#include "base/err.h"
#include "base/text.h"

#define TEMPLATE_BYTES_MAX 16384

/* X(constant, name) */
#define LANGUAGES(X)     \
    X(LANGUAGE_EN, "en") \
    X(LANGUAGE_KO, "ko")

/* A mail has a subject; a message is what a telephone shows, and names nothing but its sender: it
 * may be read by whoever holds the telephone. */
enum template_form { TEMPLATE_MAIL, TEMPLATE_MESSAGE };

/* X(constant, name, form): a file NAME.txt in the language's directory. */
#define TEMPLATE_KINDS(X)                                      \
    X(TEMPLATE_ALERT, "alert", TEMPLATE_MAIL)                  \
    X(TEMPLATE_INCIDENT, "incident", TEMPLATE_MAIL)            \
    X(TEMPLATE_TEST, "test", TEMPLATE_MAIL)                    \
    X(TEMPLATE_RESIDENT, "message-resident", TEMPLATE_MESSAGE) \
    X(TEMPLATE_CONTACT, "message-contact", TEMPLATE_MESSAGE)

/* X(constant, name, help): empty where it says nothing. Of the mails', but the last. */
#define TEMPLATE_FIELDS(X)                                                            \
    X(FIELD_WHAT, "what", "what has happened")                                        \
    X(FIELD_SEVERITY, "severity", "of the alert")                                     \
    X(FIELD_TEAM, "team", "the desk that is to work it")                              \
    X(FIELD_AREA, "area", "of the household")                                         \
    X(FIELD_REASONS, "reasons", "a sentence for each reason that holds, a line each") \
    X(FIELD_SINCE, "since", "when the time that it speaks of began")                  \
    X(FIELD_LAST_LIFE, "last_life", "the last sign of life")                          \
    X(FIELD_OWNER, "owner", "who has it in hand")                                     \
    X(FIELD_OUTCOME, "outcome", "how it was closed")                                  \
    X(FIELD_ALERT, "alert", "the first letters of its id, enough to name it")         \
    X(FIELD_GROUP, "group", "of an incident: area or feeder")                         \
    X(FIELD_HOMES, "homes", "of an incident: what of how many homes")                 \
    X(FIELD_LINK, "link", "its place on the page, with console.public_url")           \
    X(FIELD_SENDER, "sender", "of a message: who writes (the sink's `sender`)")

#define TEMPLATE_CONSTANT(constant, ...) constant,
enum language { LANGUAGES(TEMPLATE_CONSTANT) LANGUAGE_COUNT };
enum template_kind { TEMPLATE_KINDS(TEMPLATE_CONSTANT) TEMPLATE_KIND_COUNT };
enum template_field { TEMPLATE_FIELDS(TEMPLATE_CONSTANT) TEMPLATE_FIELD_COUNT };
extern const char *const language_names[LANGUAGE_COUNT + 1]; /* NULL-terminated, for config */
extern const char *const template_field_names[TEMPLATE_FIELD_COUNT];
extern const char *const template_field_helps[TEMPLATE_FIELD_COUNT];

/* The program's own. */
struct text template_default(enum template_kind kind, enum language language);

/* ERR_INVALID: "NAME:LINE:COLUMN: what is wrong". Of a mail the first line is "Subject: ...", the
 * second blank. */
NODISCARD enum err template_check(const char *name, enum template_kind kind, struct text source,
                                  struct fault *fault);

/* Of a good one; values[field], "" for nothing. The subject has no line break. */
void template_subject(struct text source, const char *const values[TEMPLATE_FIELD_COUNT],
                      struct buffer *out);
void template_body(struct text source, const char *const values[TEMPLATE_FIELD_COUNT],
                   struct buffer *out);
/* Its last line without an end. */
void template_message(struct text source, const char *const values[TEMPLATE_FIELD_COUNT],
                      struct buffer *out);

/* What stands as DIRECTORY/LANGUAGE/KIND.txt: *out stays empty when there is no such file. */
NODISCARD enum err template_load(const char *directory, enum template_kind kind,
                                 enum language language, struct buffer *out, struct fault *fault);

#endif
