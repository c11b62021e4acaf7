/* SPDX-License-Identifier: Apache-2.0
 *
 * The Lua scripts: every write of the store is one of them, but for the
 * counts of areas. Constant data; any thread.
 */
#ifndef ANBU_STORE_REDIS_SCRIPTS_H
#define ANBU_STORE_REDIS_SCRIPTS_H

enum redis_script {
    SCRIPT_TAKE,
    SCRIPT_OPEN,
    SCRIPT_FLUSH,
    SCRIPT_TRANSITION,
    SCRIPT_OUTBOX_DONE,
    SCRIPT_ERASE,
    SCRIPT_INCIDENT,
    SCRIPT_DOCUMENT,
    SCRIPT_ALLOWED,
    REDIS_SCRIPT_COUNT
};
extern const char *const redis_scripts[REDIS_SCRIPT_COUNT];

/* X(constant, first word of a script's answer) and what follows it in the answer. */
#define REDIS_ANSWERS(X)                                                            \
    X(ANSWER_OK, "ok")               /* as the script says */                       \
    X(ANSWER_TYPE, "type")           /* key of another type; nothing was written */ \
    X(ANSWER_OWNER, "owner")         /* counter, token, seq as they are */          \
    X(ANSWER_DUPLICATE, "duplicate") /* finding_seq as it is */                     \
    X(ANSWER_VERSION, "version")     /* version as it is, 0: no such thing */       \
    X(ANSWER_OPEN, "open")           /* the team's other live alert */              \
    X(ANSWER_GONE, "gone")           /* erased; nothing was written */              \
    X(ANSWER_STALE, "stale")         /* not opened since the server's start */      \
    X(ANSWER_DENIED, "denied")       /* a command that our account may not use */

#define REDIS_ANSWERS_CONSTANT(constant, word) constant,
enum redis_answer { REDIS_ANSWERS(REDIS_ANSWERS_CONSTANT) REDIS_ANSWER_COUNT };
extern const char *const redis_answer_words[REDIS_ANSWER_COUNT];

#endif
