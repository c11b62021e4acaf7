/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit log's end, kept where whoever can write the file cannot: in the topic
 * kafka.topics.audit, {"log":"HOST:PATH","seq","hash","at"} keyed by log. At most once a minute,
 * with a record, and at the end. It waits for nobody. On the API's thread.
 */
#ifndef ANBU_CONSOLE_ANCHOR_H
#define ANBU_CONSOLE_ANCHOR_H

#include "console/server.h"

#define ANCHOR_EVERY_MS 60000
#define ANCHOR_LAST_MS  2000 /* the end waits for Kafka so long */

/* After a record. */
void anchor_keep(struct api *api);
/* Now and then: after records of other threads. */
void anchor_others(struct api *api);
/* Before the publisher goes. */
void anchor_last(struct api *api);
/* An answer of Kafka's; false: to something else. */
bool anchor_done(const void *token, enum err err);

#endif
