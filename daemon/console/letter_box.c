/* SPDX-License-Identifier: Apache-2.0 */
#include "console/letter_box.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/zone.h"
#include "console/shape.h"

#define POLL_MS    200
#define REASON_MAX 32
#define HEADER_MAX 200

enum header { REASON, FIELD, HELP, SOURCE, PARTITION, OFFSET, HEADER_COUNT };
static const char *const header_names[HEADER_COUNT] = {"reason", "field",     "help",
                                                       "source", "partition", "offset"};

struct letter {
    int64_t number, at_ms;
    size_t bytes; /* of the original */
    struct buffer body;
    char headers[HEADER_COUNT][HEADER_MAX];
};

struct letter_box {
    struct kafka_common common;
    char *topic;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool runs; /* the thread; of who asks */
    atomic_bool stopping;
    struct letter letters[LETTER_BOX_KEPT]; /* a ring, by number */
    int64_t newest;                         /* number of the last; 0 none */
    bool read;                              /* all that there was */
    enum err err;
    struct fault fault; /* of the last try */
};

static void take(void *context, const struct kafka_record *record)
{
    struct letter_box *box = context;
    (void)pthread_mutex_lock(&box->mutex);
    struct letter *letter = &box->letters[++box->newest % LETTER_BOX_KEPT];
    size_t kept = record->body.bytes < LETTER_BOX_CUT ? record->body.bytes : LETTER_BOX_CUT;
    letter->number = box->newest;
    letter->at_ms = record->timestamp_ms;
    letter->bytes = record->body.bytes;
    buffer_clear(&letter->body);
    buffer_add(&letter->body, record->body.at, kept);
    for (int i = 0; i < HEADER_COUNT; i++) {
        struct text value = {"", 0};
        (void)kafka_record_header(record, header_names[i], &value);
        (void)text_copy(value, letter->headers[i], HEADER_MAX);
    }
    (void)pthread_mutex_unlock(&box->mutex);
}

/* What a poll came to, for who asks. */
static void note(struct letter_box *box, enum err err, bool at_end, const struct fault *fault)
{
    (void)pthread_mutex_lock(&box->mutex);
    box->err = err;
    box->fault = *fault;
    box->read = box->read || at_end;
    (void)pthread_mutex_unlock(&box->mutex);
}

/* A second, or until the end. */
static void rest(struct letter_box *box)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec++;
    (void)pthread_mutex_lock(&box->mutex);
    while (!atomic_load(&box->stopping) &&
           pthread_cond_timedwait(&box->changed, &box->mutex, &until) != ETIMEDOUT)
        continue;
    (void)pthread_mutex_unlock(&box->mutex);
}

static void *follow(void *context)
{
    struct letter_box *box = context;
    struct kafka_reader *reader = NULL;
    while (!atomic_load(&box->stopping)) {
        struct fault fault = {""};
        bool at_end = false;
        enum err err = reader ? ERR_OK
                              : kafka_reader_new(&box->common, box->topic, -1,
                                                 KAFKA_FROM_TAIL(LETTER_BOX_KEPT), &reader, &fault);
        if (!err)
            err = kafka_reader_poll(reader, POLL_MS, take, box, &at_end, &fault);
        note(box, err, at_end, &fault);
        if (err)
            rest(box);
    }
    kafka_reader_free(reader);
    return NULL;
}

struct letter_box *letter_box_new(const struct kafka_common *common, const char *topic)
{
    struct letter_box *box = memory_get(sizeof *box);
    pthread_condattr_t monotonic;
    box->common = *common;
    box->topic = memory_text(text_of(topic));
    (void)pthread_mutex_init(&box->mutex, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&box->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    return box;
}

/* Signals are the main thread's. */
static enum err begin(struct letter_box *box, struct fault *fault)
{
    sigset_t all, before;
    if (box->runs)
        return ERR_OK;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&box->thread, NULL, follow, box);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    box->runs = error == 0;
    return error ? fault_set(fault, ERR_BUSY, "no thread for dead letters: %s", strerror(error))
                 : ERR_OK;
}

void letter_box_free(struct letter_box *box)
{
    if (!box)
        return;
    if (box->runs) {
        atomic_store(&box->stopping, true);
        (void)pthread_mutex_lock(&box->mutex);
        (void)pthread_cond_broadcast(&box->changed);
        (void)pthread_mutex_unlock(&box->mutex);
        (void)pthread_join(box->thread, NULL);
    }
    for (size_t i = 0; i < LETTER_BOX_KEPT; i++)
        buffer_done(&box->letters[i].body);
    (void)pthread_cond_destroy(&box->changed);
    (void)pthread_mutex_destroy(&box->mutex);
    free(box->topic);
    free(box);
}

/* ---- showing ---- */

static void put_letter(const struct letter *letter, struct buffer *json)
{
    char at[TIME_TEXT_MAX];
    struct buffer shape = {0};
    json_put_item(json);
    buffer_text(json, "{");
    json_member_int(json, "number", letter->number);
    json_member_text(json, "at", time_format(letter->at_ms / 1000, 0, at));
    for (int i = 0; i < PARTITION; i++)
        json_member_text(json, header_names[i], letter->headers[i]);
    for (int i = PARTITION; i < HEADER_COUNT; i++)
        json_member_int(json, header_names[i], strtoll(letter->headers[i], NULL, 10));
    json_member_int(json, "bytes", (int64_t)letter->bytes);
    shape_add(buffer_view(&letter->body), &shape);
    if (letter->bytes > letter->body.bytes && shape.bytes <= SHAPE_BYTES_MAX)
        buffer_text(&shape, "...");
    json_member_text(json, "message", buffer_view(&shape).at);
    buffer_text(json, "}");
    buffer_done(&shape);
}

static bool is_wanted(const struct letter_question *question, const struct letter *letter)
{
    return (!question->before || letter->number < question->before) &&
           letter->number > question->after &&
           (!question->reason || strcmp(question->reason, letter->headers[REASON]) == 0) &&
           (!question->source || strcmp(question->source, letter->headers[SOURCE]) == 0);
}

static const struct letter *letter_at(const struct letter_box *box, int64_t number)
{
    return &box->letters[number % LETTER_BOX_KEPT];
}

static void put_counts(const struct letter_box *box, int64_t oldest, struct buffer *json)
{
    struct {
        const char *reason;
        int64_t count;
    } counts[REASON_MAX];
    size_t known = 0;
    for (int64_t number = box->newest; number >= oldest; number--) {
        const char *reason = letter_at(box, number)->headers[REASON];
        size_t i = 0;
        while (i < known && strcmp(counts[i].reason, reason) != 0)
            i++;
        if (i == REASON_MAX)
            continue;
        if (i == known) {
            counts[known].reason = reason;
            counts[known++].count = 0;
        }
        counts[i].count++;
    }
    json_put_key(json, "counts");
    buffer_text(json, "{");
    for (size_t i = 0; i < known; i++)
        json_member_int(json, counts[i].reason, counts[i].count);
    buffer_text(json, "}");
}

static void put_letters(const struct letter_box *box, const struct letter_question *question,
                        struct buffer *json)
{
    int64_t oldest = box->newest > LETTER_BOX_KEPT ? box->newest - LETTER_BOX_KEPT + 1 : 1;
    int64_t last = 0;
    size_t shown = 0;
    bool more = false;
    buffer_text(json, "{\"letters\":[");
    for (int64_t number = box->newest; number >= oldest && !more; number--) {
        if (!is_wanted(question, letter_at(box, number)))
            continue;
        more = shown == question->limit;
        if (more)
            continue;
        put_letter(letter_at(box, number), json);
        last = number;
        shown++;
    }
    buffer_text(json, "]");
    put_counts(box, oldest, json);
    json_member_int(json, "kept", box->newest - oldest + 1);
    json_member_int(json, "newest", box->newest);
    json_member_bool(json, "reading", !box->read);
    if (more) {
        json_put_key(json, "next");
        buffer_format(json, "\"%lld\"", (long long)last);
    }
    buffer_text(json, "}");
}

enum err letter_box_show(struct letter_box *box, const struct letter_question *question,
                         struct buffer *json, struct fault *fault)
{
    enum err err = begin(box, fault);
    if (err)
        return err;
    (void)pthread_mutex_lock(&box->mutex);
    err = box->read ? ERR_OK : box->err;
    if (err)
        *fault = box->fault;
    else
        put_letters(box, question, json);
    (void)pthread_mutex_unlock(&box->mutex);
    return err;
}
