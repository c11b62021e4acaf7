/* SPDX-License-Identifier: Apache-2.0
 *
 * The directory port: who lives at a household, kept by the municipality. It is asked at the moment
 * of display or sending; what it says is stored nowhere, and wiped after use. Whoever asks writes
 * the audit record first. Adapters: directory_file.c, directory_http.c. A handle belongs to one
 * thread.
 *
 * A look-up takes directory.timeout at most. After DIRECTORY_FAILURES_MAX failures in a row nobody
 * waits for it any more for DIRECTORY_REST_MS: it is refused at once, then tried once.
 */
#ifndef ANBU_DELIVERY_DIRECTORY_H
#define ANBU_DELIVERY_DIRECTORY_H

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "config/config.h"

#define DIRECTORY_PEOPLE_MAX   16
#define DIRECTORY_TEXT_MAX     256   /* bytes of a text with the terminator */
#define DIRECTORY_NOTES_MAX    2048  /* of notes */
#define DIRECTORY_TAG_MAX      36    /* of a language, as BCP 47 has it */
#define DIRECTORY_BYTES_MAX    65536 /* of a household's whole answer, or line */
#define DIRECTORY_FAILURES_MAX 3
#define DIRECTORY_REST_MS      30000

struct directory_person {
    char name[DIRECTORY_TEXT_MAX], relation[DIRECTORY_TEXT_MAX], phone[DIRECTORY_TEXT_MAX];
    char language[DIRECTORY_TAG_MAX];
    int birth_year; /* 0 not known */
};

/* "" and 0: not known. */
struct directory_entry {
    char address[DIRECTORY_TEXT_MAX], keys[DIRECTORY_TEXT_MAX], notes[DIRECTORY_NOTES_MAX];
    char language[DIRECTORY_TAG_MAX]; /* of whoever does not say another */
    size_t resident_count, contact_count, need_count;
    struct directory_person residents[DIRECTORY_PEOPLE_MAX], contacts[DIRECTORY_PEOPLE_MAX];
    char needs[DIRECTORY_PEOPLE_MAX][DIRECTORY_TEXT_MAX];
    bool incomplete; /* something of it could not be read, or was too much */
};

/* An answer or line about a household. ERR_CORRUPT: no JSON object, or of another household. What
 * is of another type, too long or too much is left out, and makes it incomplete. Faults hold
 * nothing of it. *out is overwritten. */
NODISCARD enum err directory_read(struct text json, struct text household,
                                  struct directory_entry *out, struct fault *fault);

/* Whom it is shown. Police: where to go, what is needed there, who has a key; nothing else. */
enum directory_reader { DIRECTORY_ALL, DIRECTORY_POLICE };
/* As a JSON object; what is not known is left out. */
void directory_write(const struct directory_entry *entry, enum directory_reader reader,
                     struct buffer *out);

/* Overwrites what was read. */
void directory_wipe(struct directory_entry *entry);

/* What an adapter is. ERR_NOT_FOUND: it knows no such household. */
struct directory_ops {
    const char *name;
    enum err (*look_up)(void *adapter, struct text household, struct directory_entry *out,
                        struct fault *fault);
    void (*free)(void *adapter);
};

struct directory;
/* Settings and clock are borrowed. *out is NULL for kind none. */
NODISCARD enum err directory_open(const struct settings *settings, const struct clock *clock,
                                  struct directory **out, struct fault *fault);
/* ERR_NOT_FOUND: not known there; ERR_CORRUPT: what it says of this household cannot be read;
 * ERR_UNREACHABLE: it is away or hangs. directory_wipe is due after ERR_OK. */
NODISCARD enum err directory_look_up(struct directory *directory, struct text household,
                                     struct directory_entry *out, struct fault *fault);
void directory_close(struct directory *directory); /* NULL is fine */

/* directory_file.c, directory_http.c */
extern const struct directory_ops directory_file_ops, directory_http_ops;
void *directory_file_new(const struct settings *settings);
void *directory_http_new(const struct settings *settings);

#endif
