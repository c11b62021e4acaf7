/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the Redis store share: store_redis.c (ownership, records, settings),
 * redis_alerts.c (alerts, timers, outbox), redis_outlooks.c and redis_areas.c (soft state of
 * areas). Inside daemon/store only.
 */
#ifndef ANBU_STORE_REDIS_PARTS_H
#define ANBU_STORE_REDIS_PARTS_H

#include "store/redis_link.h"

struct store_redis {
    struct store store;
    struct redis_link *link;
};

static inline struct redis_link *redis_link_of(struct store *store)
{
    return ((struct store_redis *)store)->link;
}

/* The owner's three arguments of a script; head NULL: three empty ones. */
void redis_arg_owner(struct redis_link *link, const struct store_head *head);

/* The first word of a script's answer. ANSWER_OK and those that the caller says in its own words
 * come back in *answer; ANSWER_TYPE, ANSWER_OWNER and unknown ones as an error. */
NODISCARD enum err redis_read_answer(struct redis_link *link, const struct store_head *head,
                                     const redisReply *reply, enum redis_answer *answer,
                                     struct fault *fault);

/* A home's place in the list of outlooks; "" none. */
void redis_arg_outlook(struct redis_link *link, int outlook_h);

/* Of struct store_ops. */
enum err redis_outlooks(struct store *store, uint32_t partition, const struct store_outlooks *which,
                        store_outlook_fn *each, void *context, struct fault *fault);
enum err redis_outlook_count(struct store *store, uint32_t partition, int least_h, int most_h,
                             int64_t *out, struct fault *fault);
enum err redis_load_case(struct store *store, uint32_t partition, struct text household,
                         struct store_case *out, struct fault *fault);
enum err redis_transition(struct store *store, struct store_head *head,
                          const struct store_transition *step, struct fault *fault);
enum err redis_alert(struct store *store, uint32_t partition, const char *id, struct buffer *out,
                     struct fault *fault);
enum err redis_alerts(struct store *store, uint32_t partition, bool live_only, size_t limit,
                      store_alert_fn *each, void *context, struct fault *fault);
enum err redis_alerts_of(struct store *store, uint32_t partition, struct text household,
                         size_t limit, store_alert_fn *each, void *context, struct fault *fault);
enum err redis_alerts_from(struct store *store, uint32_t partition, size_t from, size_t max,
                           size_t *count, store_alert_fn *each, void *context, struct fault *fault);
enum err redis_erase(struct store *store, struct store_head *head,
                     const struct store_erasure *erasure, struct fault *fault);
enum err redis_due(struct store *store, uint32_t partition, int64_t now_ms, struct store_due *out,
                   size_t max, size_t *count, struct fault *fault);
enum err redis_outbox(struct store *store, uint32_t partition, const char *after, size_t max,
                      store_outbox_fn *each, void *context, struct fault *fault);
enum err redis_outbox_length(struct store *store, uint32_t partition, int64_t *out,
                             struct fault *fault);
enum err redis_outbox_done(struct store *store, struct store_head *head, uint32_t partition,
                           const char *const *entries, size_t count, int64_t log_offset,
                           struct fault *fault);
enum err redis_area_add(struct store *store, const struct store_area_hour *adds, size_t count,
                        unsigned window_hours, struct store_area_total *totals,
                        struct fault *fault);
enum err redis_incident_set(struct store *store, const char *group, int64_t expected_version,
                            int64_t version, struct text incident, int64_t opened_s,
                            struct fault *fault);
enum err redis_incidents(struct store *store, store_incident_fn *each, void *context,
                         struct fault *fault);
enum err redis_document_set(struct store *store, const struct store_document *document,
                            struct fault *fault);
enum err redis_document(struct store *store, const char *shelf, const char *name, int64_t *version,
                        struct buffer *out, struct fault *fault);
enum err redis_documents(struct store *store, const char *shelf, store_document_fn *each,
                         void *context, struct fault *fault);
enum err redis_check(struct store *store, struct fault *warning, struct fault *fault);

#endif
