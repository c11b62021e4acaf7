/* SPDX-License-Identifier: Apache-2.0
 *
 * Patience at the start: machines come up in any order. Main thread, before any other runs.
 */
#ifndef ANBU_AWAIT_H
#define ANBU_AWAIT_H

#include "store/store.h"

/* The store's check, again and again while it cannot be reached, for as long as Kafka's brokers
 * get; says once in the log that it waits. */
NODISCARD enum err await_store(struct store *store, struct fault *warning, struct fault *fault);

#endif
