/* SPDX-License-Identifier: Apache-2.0
 *
 * Connections, and how long each may take: for the head of a request, for its body, for the answer.
 * The library ends those that are idle; one that sends a byte now and then is never idle, and ends
 * here. On the API's thread.
 */
#ifndef ANBU_CONSOLE_GUESTS_H
#define ANBU_CONSOLE_GUESTS_H

#include <stdint.h>

#define GUEST_FOR_EVER INT64_MAX

struct guest {
    struct guest *next, **at;
    int fd;
    int64_t due_ms; /* monotonic: then it is closed */
};

/* A new one, until guest_done(), with so long for the head of its first request. */
struct guest *guest_new(struct guest **guests, int fd, int64_t for_ms);
void guest_done(struct guest *guest);
/* From now on. */
void guest_give(struct guest *guest, int64_t for_ms);

/* Closes those that are due; how many. */
unsigned guests_tick(struct guest *guests);
/* Until the next look; -1: nobody is there. */
int guests_wait_ms(const struct guest *guests);

#endif
