/* SPDX-License-Identifier: Apache-2.0 */
#include "base/notify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>

#include "base/clock.h"

void notify(const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    /* A manager that does not listen is not ours to complain of. */
    (void)sd_notify(0, text);
}

void notify_reloading(void)
{
    notify("RELOADING=1\nMONOTONIC_USEC=%" PRId64, clock_monotonic_ns(&clock_machine) / 1000);
}

int64_t notify_watchdog_ms(void)
{
    uint64_t usec = 0;
    if (sd_watchdog_enabled(0, &usec) <= 0)
        return 0;
    return usec < 1000 ? 1 : (int64_t)(usec / 1000);
}
