/* SPDX-License-Identifier: Apache-2.0 */
#include "console/guests.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/text.h"

#define LOOK_MS 1000

static int64_t now_ms(void)
{
    return clock_monotonic_ms(&clock_machine);
}

void guest_give(struct guest *guest, int64_t for_ms)
{
    guest->due_ms = for_ms == GUEST_FOR_EVER ? GUEST_FOR_EVER : now_ms() + for_ms;
}

struct guest *guest_new(struct guest **guests, int fd, int64_t for_ms)
{
    struct guest *guest = memory_get(sizeof *guest);
    *guest = (struct guest){.next = *guests, .at = guests, .fd = fd};
    if (guest->next)
        guest->next->at = &guest->next;
    *guests = guest;
    guest_give(guest, for_ms);
    return guest;
}

void guest_done(struct guest *guest)
{
    *guest->at = guest->next;
    if (guest->next)
        guest->next->at = guest->at;
    free(guest);
}

unsigned guests_tick(struct guest *guests)
{
    unsigned closed = 0;
    int64_t now = now_ms();
    for (struct guest *guest = guests; guest; guest = guest->next) {
        if (now < guest->due_ms)
            continue;
        /* The descriptor is the library's: it finds the connection closed. */
        (void)shutdown(guest->fd, SHUT_RDWR);
        guest->due_ms = GUEST_FOR_EVER;
        closed++;
    }
    return closed;
}

int guests_wait_ms(const struct guest *guests)
{
    int64_t wait_ms = LOOK_MS, now = guests ? now_ms() : 0;
    if (!guests)
        return -1;
    for (const struct guest *guest = guests; guest; guest = guest->next)
        if (guest->due_ms < now + wait_ms)
            wait_ms = guest->due_ms > now ? guest->due_ms - now : 0;
    return (int)wait_ms;
}
