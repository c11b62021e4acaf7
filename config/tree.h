/* SPDX-License-Identifier: Apache-2.0
 *
 * A YAML file as a tree with places: what libyaml says, minus what a configuration has no use for
 * (anchors, aliases, tags, several documents, deep nesting). Owned by whoever read it.
 */
#ifndef ANBU_CONFIG_TREE_H
#define ANBU_CONFIG_TREE_H

#include "base/text.h"

#define TREE_DEPTH_MAX 16

enum tree_kind {
    TREE_SCALAR,
    TREE_LIST,
    TREE_MAP,
    TREE_BROKEN /* its problem has been told; say no more about it */
};

struct tree {
    enum tree_kind kind;
    unsigned line, column; /* from 1 */
    struct text text;      /* scalar; terminated, no NUL inside */
    bool empty;            /* scalar that says nothing: `key:`, ~, null */
    struct text key;       /* child of a map; terminated */
    unsigned key_line, key_column;
    struct tree *first, *last, *next;
};

/* What is wrong, each with its place in the file; line 0: somewhere else. */
struct problem {
    unsigned line, column;
    size_t sequence;
    char *text;
};
struct problems {
    struct problem *items;
    size_t count;
};
__attribute__((format(printf, 4, 5))) void problem_add(struct problems *problems, unsigned line,
                                                       unsigned column, const char *format, ...);
void problems_done(struct problems *problems);

/* NULL when the syntax is broken (a problem says where). Duplicate keys are a problem, but leave a
 * tree. */
struct tree *tree_read(struct text source, struct problems *problems);
void tree_free(struct tree *tree);

#endif
