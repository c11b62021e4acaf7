/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors and what to do about them. Every fallible function returns enum err; zero is success. What
 * a person must read goes into a struct fault, which names the thing, the place and the way out.
 */
#ifndef ANBU_BASE_ERR_H
#define ANBU_BASE_ERR_H

/* X(constant, name in metrics, text, disposition): RETRY later, REJECT this one, FATAL ends the
 * program. */
#define ERRORS(X)                                                                            \
    X(ERR_OK, "ok", "ok", DISPOSITION_NONE)                                                  \
    X(ERR_UNREACHABLE, "unreachable", "cannot be reached", DISPOSITION_RETRY)                \
    X(ERR_TIMEOUT, "timeout", "took too long", DISPOSITION_RETRY)                            \
    X(ERR_BUSY, "busy", "is at its limit", DISPOSITION_RETRY)                                \
    X(ERR_FENCED, "fenced", "another owner has taken the partition", DISPOSITION_RETRY)      \
    X(ERR_REWOUND, "rewound", "the store went back in time", DISPOSITION_RETRY)              \
    X(ERR_CONFLICT, "conflict", "was changed by somebody else meanwhile", DISPOSITION_RETRY) \
    X(ERR_DUPLICATE, "duplicate", "was applied before", DISPOSITION_REJECT)                  \
    X(ERR_NOT_FOUND, "not_found", "is not there", DISPOSITION_REJECT)                        \
    X(ERR_INVALID, "invalid", "is not valid", DISPOSITION_REJECT)                            \
    X(ERR_REFUSED, "refused", "is not possible in this state", DISPOSITION_REJECT)           \
    X(ERR_DENIED, "denied", "is not allowed", DISPOSITION_REJECT)                            \
    X(ERR_TOO_LARGE, "too_large", "is too large", DISPOSITION_REJECT)                        \
    X(ERR_CORRUPT, "corrupt", "does not match its checksum or layout", DISPOSITION_REJECT)   \
    X(ERR_END, "end", "has ended", DISPOSITION_REJECT)                                       \
    X(ERR_IO, "io", "failed in input or output", DISPOSITION_RETRY)                          \
    X(ERR_CONFIG, "config", "is not a usable configuration", DISPOSITION_FATAL)              \
    X(ERR_INCOMPATIBLE, "incompatible", "does not fit what is stored", DISPOSITION_FATAL)

enum disposition { DISPOSITION_NONE, DISPOSITION_RETRY, DISPOSITION_REJECT, DISPOSITION_FATAL };

#define ERRORS_CONSTANT(constant, name, text, disposition) constant,
enum err { ERRORS(ERRORS_CONSTANT) ERR_COUNT };

#define NODISCARD __attribute__((warn_unused_result))

/* What a person reads when something failed. */
struct fault {
    char text[1024];
};

const char *err_name(enum err err); /* one word */
const char *err_text(enum err err);
enum disposition err_disposition(enum err err);

/* Writes the text (printf) and returns err, so that `return fault_set(...)` reads well. fault may
 * be NULL. */
enum err fault_set(struct fault *fault, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
