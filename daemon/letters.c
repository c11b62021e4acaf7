/* SPDX-License-Identifier: Apache-2.0 */
#include "letters.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum letter_state { LETTER_FREE, LETTER_FLYING, LETTER_STRAY, LETTER_DELIVERED, LETTER_FAILED };

struct letter {
    enum letter_state state; /* stray: under way for an ownership that has ended */
    int64_t from[TOPIC_COUNT];
    size_t bytes_max;
};

/* A ring: letter n lies at n % LETTERS_MAX. */
struct letters {
    struct letter *ring;   /* NULL until the first */
    uint64_t oldest, next; /* those that matter: oldest <= n < next */
    size_t flying;         /* strays, too */
    bool failed;
};

struct letters *letters_new(void)
{
    struct letters *letters = memory_get(sizeof *letters);
    letters->oldest = letters->next = 1;
    return letters;
}

void letters_free(struct letters *letters)
{
    if (letters)
        free(letters->ring);
    free(letters);
}

static struct letter *letter_at(const struct letters *letters, uint64_t number)
{
    return &letters->ring[number % LETTERS_MAX];
}

void *letters_add(struct letters *letters, const int64_t from[TOPIC_COUNT], size_t bytes_max)
{
    if (!letters->ring)
        letters->ring = memory_get(LETTERS_MAX * sizeof *letters->ring);
    struct letter *letter = letter_at(letters, letters->next);
    if (letter->state != LETTER_FREE)
        return NULL;
    letter->state = LETTER_FLYING;
    memcpy(letter->from, from, sizeof letter->from);
    letter->bytes_max = bytes_max;
    letters->next++;
    letters->flying++;
    return letter;
}

size_t letters_bytes_max(const void *token)
{
    const struct letter *letter = token;
    return letter->bytes_max;
}

void letters_take_back(struct letters *letters, void *token)
{
    struct letter *letter = token;
    letter->state = LETTER_FREE;
    letters->next--;
    letters->flying--;
}

bool letters_own(const struct letters *letters, const void *token)
{
    const struct letter *letter = token;
    return letters->ring && letter >= letters->ring && letter < letters->ring + LETTERS_MAX;
}

void letters_done(struct letters *letters, void *token, bool delivered)
{
    struct letter *letter = token;
    letters->flying--;
    if (letter->state == LETTER_STRAY) {
        letter->state = LETTER_FREE;
        return;
    }
    letter->state = delivered ? LETTER_DELIVERED : LETTER_FAILED;
    letters->failed = letters->failed || !delivered;
    while (letters->oldest < letters->next &&
           letter_at(letters, letters->oldest)->state == LETTER_DELIVERED)
        letter_at(letters, letters->oldest++)->state = LETTER_FREE;
}

size_t letters_under_way(const struct letters *letters)
{
    return letters->flying;
}

bool letters_failed(const struct letters *letters)
{
    return letters->failed;
}

uint64_t letters_newest(const struct letters *letters)
{
    return letters->next - 1;
}

uint64_t letters_settled(const struct letters *letters)
{
    return letters->oldest - 1;
}

const int64_t *letters_from(const struct letters *letters)
{
    return letters->oldest < letters->next ? letter_at(letters, letters->oldest)->from : NULL;
}

void letters_forget(struct letters *letters)
{
    for (; letters->oldest < letters->next; letters->oldest++) {
        struct letter *letter = letter_at(letters, letters->oldest);
        letter->state = letter->state == LETTER_FLYING ? LETTER_STRAY : LETTER_FREE;
    }
    letters->failed = false;
}
