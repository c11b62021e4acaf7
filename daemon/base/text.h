/* SPDX-License-Identifier: Apache-2.0
 *
 * Borrowed text (a pointer and a length, no terminator) and a growing buffer. A buffer is owned by
 * whoever declared it; buffer_done frees it. Not shared between threads.
 */
#ifndef ANBU_BASE_TEXT_H
#define ANBU_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed: lives as long as what it was cut from. */
struct text {
    const char *at;
    size_t bytes;
};

#define TEXT(literal) ((struct text){(literal), sizeof(literal) - 1})

struct text text_of(const char *terminated);
bool text_equal(struct text a, struct text b);
bool text_is(struct text a, const char *terminated);

/* Whether a list with commas between has it. */
bool text_is_listed(const char *list, const char *item);

/* Without a full stop at its end: for sentences in lists, joined or in brackets. */
struct text text_without_stop(struct text sentence);

/* The next of "a,b,c"; *at goes on behind it and is NULL after the last, when there is none more.
 */
bool text_item(const char **at, struct text *out);

/* Copies and terminates; false, with out cut short, when it does not fit. */
bool text_copy(struct text from, char *out, size_t out_bytes);

/* Memory that is there or the program aborts: a safe end, since all state can be replayed. */
void *memory_get(size_t bytes); /* zeroed */
void *memory_grow(void *old, size_t bytes);
/* An array of `count` items, grown so that one more fits; NULL with 0. It has grown by this alone.
 */
void *array_room(void *array, size_t count, size_t item_bytes);
char *memory_text(struct text from); /* terminated copy; free() it */

/* Text in the making. Zero-initialise; `at` is terminated after every call. */
struct buffer {
    char *at;
    size_t bytes, room;
};

void buffer_done(struct buffer *buffer); /* may be called twice */
void buffer_clear(struct buffer *buffer);
void buffer_add(struct buffer *buffer, const void *from, size_t bytes);
void buffer_text(struct buffer *buffer, const char *terminated);
void buffer_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Two digits a byte; back: false, with the buffer as it was, when it is no such text. */
void buffer_hex(struct buffer *buffer, struct text bytes);
bool buffer_unhex(struct buffer *buffer, const char *digits);
struct text buffer_view(const struct buffer *buffer);

#endif
