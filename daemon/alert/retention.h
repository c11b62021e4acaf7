/* SPDX-License-Identifier: Apache-2.0
 *
 * What of a closed alert is kept, and for how long. Pure; erase.c carries it out. A live alert is
 * kept whole whatever its age.
 */
#ifndef ANBU_ALERT_RETENTION_H
#define ANBU_ALERT_RETENTION_H

#include "alert/alert.h"

/* From config: so long after an alert's end. */
struct retention {
    int64_t alerts_s, notes_s, evidence_s;
};

enum retained { RETAINED_WHOLE, RETAINED_LESS, RETAINED_NOT };

/* When it was closed, by its history; 0: it is live. */
int64_t retention_closed_ms(const struct alert *alert);

/* Takes from it what is kept no longer at now_ms. */
enum retained retention_trim(struct alert *alert, const struct retention *retention,
                             int64_t now_ms);

/* What is forgotten of people who have left: hours of evidence, and what others wrote of them. Of a
 * closed one alone; false: there was nothing. */
bool retention_strip(struct alert *alert);

#endif
