/* SPDX-License-Identifier: Apache-2.0
 *
 * A partition's outbox on its way to Kafka: reads entries from the store in order, publishes each,
 * and takes them out once delivered. At least once: after a failure or takeover it begins anew from
 * the oldest entry. Belongs to the worker that owns the partition.
 */
#ifndef ANBU_DELIVERY_OUTBOX_H
#define ANBU_DELIVERY_OUTBOX_H

#include "delivery/publisher.h"
#include "store/store.h"

#define OUTBOX_IN_FLIGHT_MAX 256

struct outbox;
struct outbox *outbox_new(uint32_t partition);
void outbox_free(struct outbox *outbox);

/* Publishes what is new and removes what was delivered. log_base is added to the delivered offsets
 * before they become the head's log position. *moved: something was published or removed. */
NODISCARD enum err outbox_pump(struct outbox *outbox, struct store *store, struct store_head *head,
                               struct publisher *publisher, int64_t log_base, bool *moved,
                               struct fault *fault);

/* From the publisher's done callback, for tokens that outbox_owns. */
bool outbox_owns(const struct outbox *outbox, const void *token);
void outbox_delivered(struct outbox *outbox, void *token, enum err err, int64_t offset);

/* On their way to Kafka, those of an ownership that has ended too. */
size_t outbox_in_flight(const struct outbox *outbox);
/* Nothing is in flight, or delivered and still in the store. */
bool outbox_idle(const struct outbox *outbox);

/* Forgets what is in flight: the partition is lost or was taken again. */
void outbox_restart(struct outbox *outbox);

#endif
