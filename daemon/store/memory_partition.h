/* SPDX-License-Identifier: Apache-2.0
 *
 * A partition of the memory store: what Redis keeps under {p}, as plain structures. Owned by one
 * struct memory, touched under its lock. Inside daemon/store only.
 */
#ifndef ANBU_STORE_MEMORY_PARTITION_H
#define ANBU_STORE_MEMORY_PARTITION_H

#include <pthread.h>

#include "store/memory_table.h"
#include "store/store.h"

struct memory_record {
    struct memory_item item; /* household */
    void *bytes;
    uint32_t size;
    int64_t settle_ms;
    int outlook_h;
};

struct memory_case {
    struct memory_item item; /* household */
    struct store_case open;
};

struct memory_alert {
    struct memory_item item; /* alert id */
    struct text household;   /* owned */
    int64_t version, raised_s;
    bool live;
    struct text snapshot; /* owned */
};

/* Of one that was erased: Redis forgets it in time. */
struct memory_gone {
    struct memory_item item; /* alert id */
    int64_t version;
};

struct memory_entry {
    uint64_t number; /* its id is "<number>-0" */
    enum outbox_topic topic;
    struct text key, id, body; /* owned */
};

#define OPENED_NEVER   (-1) /* and nothing was put back */
#define OPENED_NOT_YET (-2) /* the log had more: it is being put back */

struct memory_partition {
    struct memory_item item; /* the number's four bytes */
    struct store_head head;  /* as the last owner left it */
    int64_t opened;          /* in which life of the store; OPENED_* */
    struct memory_table records, cases, alerts, gone;
    struct memory_alert **listed; /* oldest first, by (raised_s, id) */
    size_t listed_count, listed_room;
    struct store_due *timers; /* soonest first, by (due_ms, alert, kind) */
    size_t timer_count, timer_room;
    struct memory_entry *outbox; /* oldest first */
    size_t outbox_count, outbox_room;
    uint64_t outbox_last;
};

/* A group's soft state: the hours that Redis would not have forgotten, by hour. */
struct memory_area {
    struct memory_item item; /* group; owned */
    struct store_area_hour hours[STORE_AREA_HOURS];
    int64_t version, opened_s; /* of its incident; 0 none */
    struct text incident;      /* owned */
};

/* Shared by all handles of one memory store. */
struct memory {
    pthread_mutex_t lock;
    unsigned handles; /* the last one frees it */
    int64_t life;     /* grows when it goes back in time */
    uint32_t pinned;
    struct memory_table partitions;
    struct memory_table areas;     /* soft: in no image */
    struct memory_table documents; /* of no partition: in no image */
};

struct memory_partition *memory_partition_new(uint32_t number);
struct memory_partition *memory_partition_copy(const struct memory_partition *from);
void memory_partition_free(struct memory_partition *partition);

/* Those of the memory; the first use of a number makes its partition. */
struct memory_partition *memory_partition_of(struct memory *memory, uint32_t number);
void memory_partitions_copy(const struct memory_table *from, struct memory_table *to);
void memory_partitions_done(struct memory_table *partitions);

/* Room for one more element in a growing array. */
void *memory_room(void *array, size_t count, size_t *room, size_t element_bytes);
struct text memory_text_copy(struct text from);
void memory_text_done(struct text *text);

struct memory_case *memory_case_of(struct memory_partition *partition, struct text household);
void memory_list_alert(struct memory_partition *partition, struct memory_alert *alert);
void memory_unlist_alert(struct memory_partition *partition, const struct memory_alert *alert);
/* Of one that is in no list any more. */
void memory_alert_free(struct memory_alert *alert);

/* memory_alerts.c: the calls of the port that concern alerts, under the lock. */
enum err memory_transition(struct memory_partition *partition, struct store_head *head,
                           const struct store_transition *step, struct fault *fault);
void memory_alerts(const struct memory_partition *partition, bool live_only,
                   const struct text *household, size_t limit, store_alert_fn *each, void *context);
size_t memory_alerts_from(const struct memory_partition *partition, size_t from, size_t max,
                          store_alert_fn *each, void *context);
void memory_note_gone(struct memory_partition *partition, struct text alert, int64_t version);
enum err memory_erase(struct memory_partition *partition, struct store_head *head,
                      const struct store_erasure *erasure, struct fault *fault);
size_t memory_due(const struct memory_partition *partition, int64_t now_ms, struct store_due *out,
                  size_t max);
void memory_outbox(const struct memory_partition *partition, const char *after, size_t max,
                   store_outbox_fn *each, void *context);
void memory_outbox_done(struct memory_partition *partition, const char *const *entries,
                        size_t count);

/* memory_outlooks.c: under the lock. */
void memory_outlooks(const struct memory_partition *partition, const struct store_outlooks *which,
                     store_outlook_fn *each, void *context);
int64_t memory_outlook_count(const struct memory_partition *partition, int least_h, int most_h);

/* memory_areas.c: soft state of areas, under the lock. */
void memory_area_add(struct memory *memory, const struct store_area_hour *add,
                     unsigned window_hours, struct store_area_total *total);
enum err memory_incident_set(struct memory *memory, const char *group, int64_t expected_version,
                             int64_t version, struct text incident, int64_t opened_s,
                             struct fault *fault);
void memory_incidents(const struct memory *memory, store_incident_fn *each, void *context);
void memory_areas_done(struct memory_table *areas);

/* memory_shelf.c: documents, under the lock. */
enum err memory_document_set(struct memory *memory, const struct store_document *from,
                             int64_t now_ms, struct fault *fault);
enum err memory_document(const struct memory *memory, const char *shelf, const char *name,
                         int64_t now_ms, int64_t *version, struct buffer *out, struct fault *fault);
void memory_documents(const struct memory *memory, const char *shelf, int64_t now_ms,
                      store_document_fn *each, void *context);
void memory_documents_done(struct memory_table *documents);

#endif
