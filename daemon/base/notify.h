/* SPDX-License-Identifier: Apache-2.0
 *
 * What the service manager is told (sd_notify). Without one (no NOTIFY_SOCKET) nothing happens. Any
 * thread.
 */
#ifndef ANBU_BASE_NOTIFY_H
#define ANBU_BASE_NOTIFY_H

#include <stdint.h>

/* Lines as sd_notify(3) has them, such as "READY=1\nSTATUS=8 of 8 partitions". */
void notify(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* RELOADING=1 with its moment; READY=1 ends it. */
void notify_reloading(void);
/* How often WATCHDOG=1 is wanted, at least; 0: not at all. */
int64_t notify_watchdog_ms(void);

#endif
