/* SPDX-License-Identifier: Apache-2.0
 *
 * Documents in memory.
 */
#include <stdlib.h>
#include <string.h>

#include "store/memory_partition.h"
#include "store/store_check.h"

struct memory_document {
    struct memory_item item; /* shelf, "/", name; owned */
    int64_t version, expires_ms;
    struct text body; /* owned */
};

static struct memory_document *document_of(const struct memory *memory, const char *shelf,
                                           const char *name, int64_t now_ms)
{
    struct buffer key = {0};
    buffer_format(&key, "%s/%s", shelf, name);
    struct memory_document *document = memory_table_find(&memory->documents, buffer_view(&key));
    buffer_done(&key);
    return document && (!document->expires_ms || document->expires_ms > now_ms) ? document : NULL;
}

static void document_free(struct memory_document *document)
{
    if (!document)
        return;
    memory_text_done(&document->item.key);
    memory_text_done(&document->body);
    free(document);
}

enum err memory_document_set(struct memory *memory, const struct store_document *from,
                             int64_t now_ms, struct fault *fault)
{
    const struct memory_document *old = document_of(memory, from->shelf, from->name, now_ms);
    int64_t present = old ? old->version : 0;
    struct buffer key = {0};
    if (present != from->expected_version)
        return store_say_document(from, present, fault);
    buffer_format(&key, "%s/%s", from->shelf, from->name);
    document_free(memory_table_drop(&memory->documents, buffer_view(&key)));
    if (from->version) {
        struct memory_document *document = memory_get(sizeof *document);
        document->item.key = memory_text_copy(buffer_view(&key));
        document->version = from->version;
        document->expires_ms = from->expires_in_ms ? now_ms + from->expires_in_ms : 0;
        document->body = memory_text_copy(from->body);
        memory_table_put(&memory->documents, &document->item);
    }
    buffer_done(&key);
    return ERR_OK;
}

enum err memory_document(const struct memory *memory, const char *shelf, const char *name,
                         int64_t now_ms, int64_t *version, struct buffer *out, struct fault *fault)
{
    const struct memory_document *document = document_of(memory, shelf, name, now_ms);
    if (!document)
        return store_say_no_document(shelf, name, fault);
    *version = document->version;
    buffer_add(out, document->body.at, document->body.bytes);
    return ERR_OK;
}

static int in_order(const void *left, const void *right)
{
    const struct memory_document *a = *(struct memory_document *const *)left;
    const struct memory_document *b = *(struct memory_document *const *)right;
    if (a->expires_ms != b->expires_ms)
        return a->expires_ms < b->expires_ms ? -1 : 1;
    return strcmp(a->item.key.at, b->item.key.at);
}

void memory_documents(const struct memory *memory, const char *shelf, int64_t now_ms,
                      store_document_fn *each, void *context)
{
    struct memory_document **list = NULL;
    size_t count = 0, room = 0, shelf_bytes = strlen(shelf);
    for (size_t i = 0; i < memory->documents.room; i++) {
        struct memory_document *document =
            (struct memory_document *)memory->documents.slots[i].item;
        if (!document || strncmp(document->item.key.at, shelf, shelf_bytes) != 0 ||
            document->item.key.at[shelf_bytes] != '/' ||
            (document->expires_ms && document->expires_ms <= now_ms))
            continue;
        list = memory_room(list, count, &room, sizeof(struct memory_document *));
        list[count++] = document;
    }
    if (count)
        qsort(list, count, sizeof(struct memory_document *), in_order);
    for (size_t i = 0; i < count && i < STORE_DOCUMENTS_MAX; i++)
        each(context, text_of(list[i]->item.key.at + shelf_bytes + 1), list[i]->body);
    free(list);
}

void memory_documents_done(struct memory_table *documents)
{
    for (size_t i = 0; i < documents->room; i++)
        document_free((struct memory_document *)documents->slots[i].item);
    memory_table_done(documents);
}
