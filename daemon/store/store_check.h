/* SPDX-License-Identifier: Apache-2.0
 *
 * What both stores check before they touch anything, and the words they refuse with, so that the
 * twins answer alike. Inside daemon/store only. Pure; any thread.
 */
#ifndef ANBU_STORE_STORE_CHECK_H
#define ANBU_STORE_STORE_CHECK_H

#include "store/store.h"

#define STORE_FINDING_SEQS (sizeof((struct store_case *)0)->finding_seq / sizeof(int64_t))
/* Stored as scores of sorted sets, which are exact up to here. */
#define STORE_NUMBER_MAX (INT64_C(1) << 53)

/* ERR_INVALID: empty, longer than MESSAGE_ID_MAX or with a zero byte. */
NODISCARD enum err store_check_household(struct text household, struct fault *fault);
NODISCARD enum err store_check_households(const struct text *households, size_t count,
                                          struct fault *fault);
NODISCARD enum err store_check_alert_id(const char *id, struct fault *fault);
NODISCARD enum err store_check_flush(const struct store_record *records, size_t count,
                                     struct fault *fault);
NODISCARD enum err store_check_step(const struct store_transition *step, struct fault *fault);
NODISCARD enum err store_check_done(const char *const *entries, size_t count, struct fault *fault);
/* "<number>-<number>", as a stream names its entries. */
NODISCARD enum err store_check_erasure(const struct store_erasure *erasure, struct fault *fault);
enum err store_check_entry(const char *entry, struct fault *fault);

/* "area:<name>" or "feeder:<name>": what a key can hold. */
NODISCARD enum err store_check_group(const char *group, struct fault *fault);

/* 128 random bits in hex. */
void store_token(char out[33]);

/* The present owner as the store has it, against ours. ERR_REWOUND when its counter is behind ours:
 * it forgot that we took the partition. */
NODISCARD enum err store_compare_owner(const struct store_head *head, uint64_t counter,
                                       const char *token, uint64_t seq, struct fault *fault);

/* The refusals of a transition. */
enum err store_say_duplicate(const struct store_transition *step, int64_t known,
                             struct fault *fault);
enum err store_say_version(const char *alert, int64_t expected, int64_t present,
                           struct fault *fault);
enum err store_say_gone(const struct store_transition *step, struct fault *fault);
enum err store_say_live(const struct store_erasure *erasure, struct fault *fault);
enum err store_say_open(const struct store_transition *step, const char *other,
                        struct fault *fault);
enum err store_say_stale(const struct store_transition *step, struct fault *fault);
enum err store_say_no_alert(uint32_t partition, const char *id, struct fault *fault);
enum err store_say_incident(const char *group, int64_t expected, int64_t present,
                            struct fault *fault);
enum err store_say_partitions(uint32_t want, uint32_t pinned, struct fault *fault);

enum err store_check_document(const struct store_document *document, struct fault *fault);
enum err store_check_document_name(const char *shelf, const char *name, struct fault *fault);
enum err store_say_document(const struct store_document *document, int64_t present,
                            struct fault *fault);
enum err store_say_no_document(const char *shelf, const char *name, struct fault *fault);

#endif
