/* SPDX-License-Identifier: Apache-2.0
 *
 * The newest dead letters, for whoever asks: a thread of its own follows their topic from the first
 * question on and keeps the last ones in memory, as they are; they are shown by their shape alone.
 * The box belongs to the API; letter_box_show may be called from one other thread.
 */
#ifndef ANBU_CONSOLE_LETTER_BOX_H
#define ANBU_CONSOLE_LETTER_BOX_H

#include "base/err.h"
#include "kafka/kafka.h"

#define LETTER_BOX_KEPT 500  /* letters */
#define LETTER_BOX_CUT  2048 /* bytes of a letter that are kept */

struct letter_box;
/* common is borrowed. Nothing is read yet. */
struct letter_box *letter_box_new(const struct kafka_common *common, const char *topic);
void letter_box_free(struct letter_box *box); /* ends the thread; NULL is fine */

struct letter_question {
    const char *reason;    /* NULL: any */
    const char *source;    /* NULL: any */
    int64_t before, after; /* numbers, neither included; 0: no bound */
    size_t limit;
};
/* {"letters":[{"number","at","reason","field","help","source","partition","offset","bytes",
 * "message"}],"counts":{},"kept","newest","reading"[,"next"]}, the newest first;
 * counts: of all that are kept, by reason. The first question starts the thread: until it has read
 * what there is, "reading" is true. ERR_UNREACHABLE, ERR_NOT_FOUND and their kind: why nothing was
 * read. */
NODISCARD enum err letter_box_show(struct letter_box *box, const struct letter_question *question,
                                   struct buffer *json, struct fault *fault);

#endif
