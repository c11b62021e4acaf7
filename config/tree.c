/* SPDX-License-Identifier: Apache-2.0
 *
 * libyaml's events to a tree. Only this file includes yaml.h.
 */
#include "config/tree.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define KEY_SHOWN_MAX 60

struct frame {
    struct tree *node;
    bool has_key;
    struct text key;
    unsigned key_line, key_column;
};

struct builder {
    yaml_parser_t parser;
    struct text source;
    struct problems *problems;
    struct tree *root;
    struct frame frames[TREE_DEPTH_MAX];
    size_t depth;
    unsigned documents;
    bool stop; /* what follows cannot be trusted */
};

void problem_add(struct problems *problems, unsigned line, unsigned column, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int bytes = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(bytes >= 0);
    char *text = memory_get((size_t)bytes + 1);
    va_start(args, format);
    (void)vsnprintf(text, (size_t)bytes + 1, format, args);
    va_end(args);
    for (int i = 0; i < bytes; i++) /* a hostile file must not paint the terminal */
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
            text[i] = '?';
    if ((problems->count & (problems->count - 1)) == 0)
        problems->items = memory_grow(problems->items, (problems->count ? problems->count * 2 : 1) *
                                                           sizeof *problems->items);
    problems->items[problems->count] = (struct problem){line, column, problems->count, text};
    problems->count++;
}

void problems_done(struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++)
        free(problems->items[i].text);
    free(problems->items);
    *problems = (struct problems){0};
}

void tree_free(struct tree *tree)
{
    while (tree) { /* recursion goes as deep as the file, at most TREE_DEPTH_MAX */
        struct tree *next = tree->next;
        tree_free(tree->first);
        free((char *)(uintptr_t)tree->text.at);
        free((char *)(uintptr_t)tree->key.at);
        free(tree);
        tree = next;
    }
}

__attribute__((format(printf, 3, 4))) static void halt(struct builder *builder, yaml_mark_t mark,
                                                       const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    problem_add(builder->problems, (unsigned)mark.line + 1, (unsigned)mark.column + 1, "%s", text);
    builder->stop = true;
}

static struct text text_owned(const unsigned char *at, size_t bytes)
{
    return (struct text){memory_text((struct text){(const char *)at, bytes}), bytes};
}

/* Hangs a node where the reading stands; a map without a key cannot take one. */
static struct tree *attach(struct builder *builder, enum tree_kind kind, yaml_mark_t mark)
{
    struct frame *frame = builder->depth ? &builder->frames[builder->depth - 1] : NULL;
    if (frame && frame->node->kind == TREE_MAP && !frame->has_key) {
        halt(builder, mark, "a key must be one word, not a list or map");
        return NULL;
    }
    struct tree *node = memory_get(sizeof *node);
    node->kind = kind;
    node->line = (unsigned)mark.line + 1;
    node->column = (unsigned)mark.column + 1;
    if (!frame) {
        builder->root = node;
        return node;
    }
    if (frame->node->kind == TREE_MAP) {
        node->key = frame->key;
        node->key_line = frame->key_line;
        node->key_column = frame->key_column;
        frame->has_key = false;
        frame->key = (struct text){0};
    }
    if (frame->node->last)
        frame->node->last->next = node;
    else
        frame->node->first = node;
    frame->node->last = node;
    return node;
}

static void refuse_extras(struct builder *builder, yaml_mark_t mark, const yaml_char_t *anchor,
                          const yaml_char_t *tag)
{
    if (anchor)
        problem_add(builder->problems, (unsigned)mark.line + 1, (unsigned)mark.column + 1,
                    "anchors (&%.*s) are not used here; write the values out", KEY_SHOWN_MAX,
                    (const char *)anchor);
    if (tag)
        problem_add(builder->problems, (unsigned)mark.line + 1, (unsigned)mark.column + 1,
                    "tags (%.*s) are not used here; leave it out", KEY_SHOWN_MAX,
                    (const char *)tag);
}

static void open_node(struct builder *builder, enum tree_kind kind, yaml_mark_t mark)
{
    struct tree *node = attach(builder, kind, mark);
    if (!node)
        return;
    if (builder->depth == TREE_DEPTH_MAX)
        halt(builder, mark, "nested deeper than %d levels", TREE_DEPTH_MAX);
    else
        builder->frames[builder->depth++] = (struct frame){.node = node};
}

static bool says_nothing(const yaml_event_t *event)
{
    const char *word = (const char *)event->data.scalar.value;
    return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (*word == '\0' || strcmp(word, "~") == 0 || strcmp(word, "null") == 0);
}

static void scalar(struct builder *builder, const yaml_event_t *event)
{
    const unsigned char *at = event->data.scalar.value;
    size_t bytes = event->data.scalar.length;
    yaml_mark_t mark = event->start_mark;
    struct frame *frame = builder->depth ? &builder->frames[builder->depth - 1] : NULL;
    bool nul = memchr(at, '\0', bytes) != NULL;
    refuse_extras(builder, mark, event->data.scalar.anchor, event->data.scalar.tag);
    if (frame && frame->node->kind == TREE_MAP && !frame->has_key) {
        if (nul) {
            halt(builder, mark, "a key with a NUL byte");
            return;
        }
        frame->has_key = true;
        frame->key = text_owned(at, bytes);
        frame->key_line = (unsigned)mark.line + 1;
        frame->key_column = (unsigned)mark.column + 1;
        return;
    }
    struct tree *node = attach(builder, nul ? TREE_BROKEN : TREE_SCALAR, mark);
    if (!node)
        return;
    if (nul)
        problem_add(builder->problems, node->line, node->column, "a value with a NUL byte");
    node->text = text_owned(at, nul ? 0 : bytes);
    node->empty = says_nothing(event);
}

static void alias(struct builder *builder, const yaml_event_t *event)
{
    yaml_mark_t mark = event->start_mark;
    if (attach(builder, TREE_BROKEN, mark))
        problem_add(builder->problems, (unsigned)mark.line + 1, (unsigned)mark.column + 1,
                    "aliases (*%.*s) are not used here; write the values out", KEY_SHOWN_MAX,
                    (const char *)event->data.alias.anchor);
}

static int by_key(const void *a, const void *b)
{
    const struct tree *x = *(const struct tree *const *)a, *y = *(const struct tree *const *)b;
    int order = strcmp(x->key.at, y->key.at);
    if (order == 0)
        order = x->key_line != y->key_line      ? (x->key_line < y->key_line ? -1 : 1)
                : x->key_column < y->key_column ? -1
                                                : 1;
    return order;
}

/* By sorting: a hostile file has a hundred thousand keys in one map. */
static void refuse_duplicates(struct builder *builder, const struct tree *map)
{
    size_t count = 0;
    for (const struct tree *child = map->first; child; child = child->next)
        count++;
    if (count < 2)
        return;
    struct tree **children = memory_get(count * sizeof(struct tree *));
    size_t n = 0;
    for (struct tree *child = map->first; child; child = child->next)
        children[n++] = child;
    qsort(children, count, sizeof(struct tree *), by_key);
    for (size_t i = 1; i < count; i++) {
        struct tree *again = children[i];
        if (!text_equal(again->key, children[i - 1]->key))
            continue;
        problem_add(builder->problems, again->key_line, again->key_column,
                    "'%.*s' stands here a second time; the first is in line %u", KEY_SHOWN_MAX,
                    again->key.at, children[i - 1]->key_line);
        again->kind = TREE_BROKEN;
    }
    free((void *)children);
}

static void handle(struct builder *builder, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (++builder->documents > 1)
            halt(builder, event->start_mark,
                 "a second document begins here; a file is one document");
        break;
    case YAML_MAPPING_START_EVENT:
        refuse_extras(builder, event->start_mark, event->data.mapping_start.anchor,
                      event->data.mapping_start.tag);
        open_node(builder, TREE_MAP, event->start_mark);
        break;
    case YAML_SEQUENCE_START_EVENT:
        refuse_extras(builder, event->start_mark, event->data.sequence_start.anchor,
                      event->data.sequence_start.tag);
        open_node(builder, TREE_LIST, event->start_mark);
        break;
    case YAML_MAPPING_END_EVENT:
        refuse_duplicates(builder, builder->frames[builder->depth - 1].node);
        builder->depth--;
        break;
    case YAML_SEQUENCE_END_EVENT: builder->depth--; break;
    case YAML_SCALAR_EVENT: scalar(builder, event); break;
    case YAML_ALIAS_EVENT: alias(builder, event); break;
    default: break;
    }
}

/* libyaml gives a bare offset when the bytes themselves are wrong. */
static yaml_mark_t mark_of(struct text source, size_t offset)
{
    yaml_mark_t mark = {0};
    for (size_t i = 0; i < offset && i < source.bytes; i++) {
        if (source.at[i] == '\n') {
            mark.line++;
            mark.column = 0;
        } else if (((unsigned char)source.at[i] & 0xC0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}

static void syntax_problem(struct builder *builder)
{
    const yaml_parser_t *parser = &builder->parser;
    const char *problem = parser->problem ? parser->problem : "cannot be read";
    if (parser->error == YAML_READER_ERROR)
        halt(builder, mark_of(builder->source, parser->problem_offset),
             "%s (the file must be UTF-8 text)", problem);
    else if (parser->context && parser->context_mark.line != parser->problem_mark.line)
        halt(builder, parser->problem_mark, "YAML: %s, %s that began in line %zu", problem,
             parser->context, parser->context_mark.line + 1);
    else if (strstr(problem, "cannot start any token"))
        halt(builder, parser->problem_mark,
             "YAML: no value begins like this; put quotes around it, and indent with spaces, not "
             "tabs");
    else if (strstr(problem, "mapping values are not allowed"))
        halt(builder, parser->problem_mark,
             "YAML: no ':' may stand here; put quotes around a value that holds one");
    else
        halt(builder, parser->problem_mark, "YAML: %s", problem);
}

static void read_events(struct builder *builder)
{
    bool end = false;
    while (!end && !builder->stop) {
        yaml_event_t event;
        if (!yaml_parser_parse(&builder->parser, &event)) {
            syntax_problem(builder);
            return;
        }
        handle(builder, &event);
        end = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
}

struct tree *tree_read(struct text source, struct problems *problems)
{
    struct builder builder = {.source = source, .problems = problems};
    if (!yaml_parser_initialize(&builder.parser)) {
        problem_add(problems, 0, 0, "out of memory");
        return NULL;
    }
    yaml_parser_set_encoding(&builder.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&builder.parser, (const unsigned char *)source.at, source.bytes);
    read_events(&builder);
    if (!builder.root && !builder.stop) { /* comments alone */
        builder.root = memory_get(sizeof *builder.root);
        *builder.root = (struct tree){.kind = TREE_MAP, .line = 1, .column = 1};
    }
    for (size_t i = 0; i < builder.depth; i++)
        free((char *)(uintptr_t)builder.frames[i].key.at);
    if (builder.stop) {
        tree_free(builder.root);
        builder.root = NULL;
    }
    yaml_parser_delete(&builder.parser);
    return builder.root;
}
