/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_check.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

enum err store_check_household(struct text household, struct fault *fault)
{
    if (household.bytes == 0 || household.bytes > MESSAGE_ID_MAX)
        return fault_set(fault, ERR_INVALID,
                         "store: a household id has 1 to %d bytes, this one has %zu",
                         MESSAGE_ID_MAX, household.bytes);
    if (memchr(household.at, '\0', household.bytes))
        return fault_set(fault, ERR_INVALID, "store: a household id contains a zero byte");
    return ERR_OK;
}

static enum err check_record_of(struct text household, struct fault *fault)
{
    return text_equal(household, STORE_NOBODY) ? ERR_OK : store_check_household(household, fault);
}

enum err store_check_households(const struct text *households, size_t count, struct fault *fault)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < count && err == ERR_OK; i++)
        err = check_record_of(households[i], fault);
    return err;
}

enum err store_check_alert_id(const char *id, struct fault *fault)
{
    size_t bytes = id ? strnlen(id, STORE_ALERT_ID_MAX) : 0;
    if (bytes == 0 || bytes >= STORE_ALERT_ID_MAX || memchr(id, '|', bytes))
        return fault_set(fault, ERR_INVALID,
                         "store: an alert id has 1 to %d bytes and no '|': \"%.*s\"",
                         STORE_ALERT_ID_MAX - 1, (int)bytes, id ? id : "");
    return ERR_OK;
}

enum err store_check_group(const char *group, struct fault *fault)
{
    size_t bytes = strnlen(group, STORE_GROUP_MAX);
    const char *colon = memchr(group, ':', bytes);
    if (bytes >= STORE_GROUP_MAX || !colon || colon == group || colon + 1 == group + bytes)
        return fault_set(fault, ERR_INVALID,
                         "store: a group of homes is \"kind:name\", of at most %d bytes, not "
                         "\"%.*s\"",
                         STORE_GROUP_MAX - 1, (int)bytes, group);
    return ERR_OK;
}

enum err store_check_document_name(const char *shelf, const char *name, struct fault *fault)
{
    size_t bytes = strnlen(name, STORE_DOCUMENT_NAME_MAX);
    if (bytes == 0 || bytes >= STORE_DOCUMENT_NAME_MAX)
        return fault_set(fault, ERR_INVALID, "store: the name of a document (%s) has 1 to %d bytes",
                         shelf, STORE_DOCUMENT_NAME_MAX - 1);
    return ERR_OK;
}

static enum err check_number(const char *what, int64_t number, struct fault *fault)
{
    if (number >= -STORE_NUMBER_MAX && number <= STORE_NUMBER_MAX)
        return ERR_OK;
    return fault_set(fault, ERR_INVALID, "store: %s is out of range: %" PRId64, what, number);
}

enum err store_check_flush(const struct store_record *records, size_t count, struct fault *fault)
{
    size_t bytes = 0;
    if (count > STORE_BATCH_RECORDS_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "store: %zu records in a flush, at most %d fit",
                         count, STORE_BATCH_RECORDS_MAX);
    for (size_t i = 0; i < count; i++) {
        enum err err = check_record_of(records[i].household, fault);
        if (err == ERR_OK)
            err = check_number("a settle time", records[i].settle_ms, fault);
        if (err != ERR_OK)
            return err;
        bytes += records[i].size;
    }
    if (bytes > STORE_BATCH_BYTES_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "store: %zu bytes of records in a flush, at most %d",
                         bytes, STORE_BATCH_BYTES_MAX);
    return ERR_OK;
}

static enum err check_timers(const struct store_transition *step, struct fault *fault)
{
    if (step->timer_count > STORE_TIMERS_MAX)
        return fault_set(fault, ERR_INVALID, "store: alert %s: %zu timers in a step, at most %d",
                         step->alert, step->timer_count, STORE_TIMERS_MAX);
    for (size_t i = 0; i < step->timer_count; i++) {
        const struct store_timer *timer = &step->timers[i];
        size_t bytes = strnlen(timer->kind, sizeof timer->kind);
        if (bytes == 0 || bytes == sizeof timer->kind || memchr(timer->kind, '|', bytes))
            return fault_set(fault, ERR_INVALID, "store: alert %s: a timer's name is not usable",
                             step->alert);
        if (timer->due_ms < 0 || timer->due_ms > STORE_NUMBER_MAX)
            return fault_set(fault, ERR_INVALID,
                             "store: alert %s: timer %s is due at %" PRId64 ", out of range",
                             step->alert, timer->kind, timer->due_ms);
    }
    return ERR_OK;
}

/* A step without an alert only records a finding's number, or only sends a message. */
static enum err check_bare_step(const struct store_transition *step, struct fault *fault)
{
    if (step->message.bytes > STORE_STEP_BYTES_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "store: a message of %zu bytes, at most %d",
                         step->message.bytes, STORE_STEP_BYTES_MAX);
    if ((step->detector >= 0) == !step->message.at && !step->event.at && step->timer_count == 0)
        return ERR_OK;
    return fault_set(fault, ERR_INVALID,
                     "store: a step without an alert names a detector or a message, and no event "
                     "or timer");
}

enum err store_check_step(const struct store_transition *step, struct fault *fault)
{
    assert(step->detector < (int)STORE_FINDING_SEQS && step->team < TEAM_COUNT);
    enum err err = store_check_household(step->household, fault);
    if (err != ERR_OK || !step->alert)
        return err != ERR_OK ? err : check_bare_step(step, fault);
    err = store_check_alert_id(step->alert, fault);
    if (err == ERR_OK)
        err = check_number("the time of raising", step->raised_s, fault);
    if (err == ERR_OK)
        err = check_timers(step, fault);
    if (err != ERR_OK)
        return err;
    bool follows = step->restores ? step->version > step->expected_version
                                  : step->version == step->expected_version + 1;
    if (step->expected_version < 0 || !follows)
        return fault_set(fault, ERR_INVALID,
                         "store: alert %s: version %" PRId64 " does not follow %" PRId64,
                         step->alert, step->version, step->expected_version);
    size_t bytes = step->snapshot.bytes + step->event.bytes + step->message.bytes;
    if (bytes > STORE_STEP_BYTES_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "store: alert %s: a step of %zu bytes, at most %d",
                         step->alert, bytes, STORE_STEP_BYTES_MAX);
    return ERR_OK;
}

enum err store_check_erasure(const struct store_erasure *erasure, struct fault *fault)
{
    enum err err = store_check_household(erasure->household, fault);
    if (err == ERR_OK)
        err = store_check_alert_id(erasure->alert, fault);
    if (err == ERR_OK && erasure->snapshot.bytes > STORE_STEP_BYTES_MAX)
        err = fault_set(fault, ERR_TOO_LARGE, "store: alert %s: %zu bytes are to stay, at most %d",
                        erasure->alert, erasure->snapshot.bytes, STORE_STEP_BYTES_MAX);
    return err;
}

enum err store_check_entry(const char *entry, struct fault *fault)
{
    size_t head = strspn(entry, "0123456789");
    size_t tail = entry[head] == '-' ? strspn(entry + head + 1, "0123456789") : 0;
    if (head == 0 || head > 19 || tail == 0 || tail > 19 || entry[head + 1 + tail] != '\0')
        return fault_set(fault, ERR_INVALID, "store: \"%.63s\" is not an outbox entry", entry);
    return ERR_OK;
}

enum err store_check_done(const char *const *entries, size_t count, struct fault *fault)
{
    if (count > STORE_DONE_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "store: %zu outbox entries at once, at most %d",
                         count, STORE_DONE_MAX);
    enum err err = ERR_OK;
    for (size_t i = 0; i < count && err == ERR_OK; i++)
        err = store_check_entry(entries[i], fault);
    return err;
}

void store_token(char out[33])
{
    unsigned char bytes[16];
    int ready = sodium_init(); /* cheap and safe when done before */
    assert(ready >= 0);
    randombytes_buf(bytes, sizeof bytes);
    (void)sodium_bin2hex(out, 33, bytes, sizeof bytes);
}

enum err store_compare_owner(const struct store_head *head, uint64_t counter, const char *token,
                             uint64_t seq, struct fault *fault)
{
    if (counter < head->counter)
        return fault_set(fault, ERR_REWOUND,
                         "store: partition %u: the store went back in time: it knows %" PRIu64
                         " owners, we are number %" PRIu64 "; take it again",
                         head->partition, counter, head->counter);
    if (counter != head->counter || strcmp(token, head->token) != 0)
        return fault_set(fault, ERR_FENCED,
                         "store: partition %u: another owner has taken it (number %" PRIu64
                         ", we are %" PRIu64 "); take it again if it is still assigned",
                         head->partition, counter, head->counter);
    if (seq != head->seq)
        return fault_set(fault, ERR_REWOUND,
                         "store: partition %u: the store is at write %" PRIu64
                         ", we expected %" PRIu64 ": it went back in time, or an answer was lost; "
                         "take it again",
                         head->partition, seq, head->seq);
    return ERR_OK;
}

enum err store_say_duplicate(const struct store_transition *step, int64_t known,
                             struct fault *fault)
{
    return fault_set(fault, ERR_DUPLICATE,
                     "store: household %.*s: finding %" PRId64
                     " of detector %d was applied before (at %" PRId64 ")",
                     (int)step->household.bytes, step->household.at, step->finding_seq,
                     step->detector, known);
}

enum err store_say_version(const char *alert, int64_t expected, int64_t present,
                           struct fault *fault)
{
    if (present == 0)
        return fault_set(fault, ERR_CONFLICT,
                         "store: alert %s: is not there (version 0), expected version %" PRId64,
                         alert, expected);
    return fault_set(fault, ERR_CONFLICT,
                     "store: alert %s: is at version %" PRId64 ", expected %" PRId64, alert,
                     present, expected);
}

enum err store_say_gone(const struct store_transition *step, struct fault *fault)
{
    return fault_set(fault, ERR_DUPLICATE, "store: alert %s was erased and is not put back",
                     step->alert);
}

enum err store_say_live(const struct store_erasure *erasure, struct fault *fault)
{
    return fault_set(fault, ERR_CONFLICT,
                     "store: alert %s is live: it is closed before anything of it is erased",
                     erasure->alert);
}

enum err store_say_open(const struct store_transition *step, const char *other, struct fault *fault)
{
    return fault_set(fault, ERR_CONFLICT,
                     "store: alert %s: the team works on alert %s of household %.*s already",
                     step->alert, other, (int)step->household.bytes, step->household.at);
}

enum err store_say_stale(const struct store_transition *step, struct fault *fault)
{
    return fault_set(fault, ERR_BUSY,
                     "store: it was started anew, and the alerts of partition %u are being brought "
                     "up to date; nothing was changed, try again in a moment",
                     step->partition);
}

enum err store_say_incident(const char *group, int64_t expected, int64_t present,
                            struct fault *fault)
{
    return fault_set(fault, ERR_CONFLICT,
                     "store: the incident of %s is at version %" PRId64 ", not %" PRId64, group,
                     present, expected);
}

enum err store_check_document(const struct store_document *document, struct fault *fault)
{
    if (document->body.bytes > STORE_DOCUMENT_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "store: %s %s has more than %d bytes",
                         document->shelf, document->name, STORE_DOCUMENT_MAX);
    enum err err = check_number("a document's version", document->version, fault);
    if (err == ERR_OK)
        err = check_number("a document's life", document->expires_in_ms, fault);
    return err ? err : store_check_document_name(document->shelf, document->name, fault);
}

enum err store_say_document(const struct store_document *document, int64_t present,
                            struct fault *fault)
{
    return fault_set(fault, ERR_CONFLICT, "store: %s %s is at version %" PRId64 ", not %" PRId64,
                     document->shelf, document->name, present, document->expected_version);
}

enum err store_say_no_document(const char *shelf, const char *name, struct fault *fault)
{
    return fault_set(fault, ERR_NOT_FOUND, "there is no %s %s", shelf, name);
}

enum err store_say_no_alert(uint32_t partition, const char *id, struct fault *fault)
{
    return fault_set(fault, ERR_NOT_FOUND, "store: partition %u has no alert %s", partition, id);
}

enum err store_say_partitions(uint32_t want, uint32_t pinned, struct fault *fault)
{
    return fault_set(fault, ERR_INCOMPATIBLE,
                     "store: the topics have %u partitions, but the stored state was made with %u; "
                     "give the topics %u partitions, or use another redis.prefix",
                     want, pinned, pinned);
}

void store_record_into(void *buffer, size_t index, const void *bytes, uint32_t size)
{
    (void)index;
    buffer_add(buffer, bytes, size);
}
