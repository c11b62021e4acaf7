/* SPDX-License-Identifier: Apache-2.0
 *
 * One row of an option table. The core's table is config/schema.c; a detector carries its own rows
 * in its folder. Parser, validation, `show-config`, the sample YAML and the reference are all made
 * from rows. Includes nothing of ours: detectors may include it. Rows are const and shared by all
 * threads.
 */
#ifndef ANBU_CONFIG_OPTION_H
#define ANBU_CONFIG_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Storage of each type, at `offset` in the struct that the table belongs to. */
enum option_type {
    OPTION_BOOL,     /* bool */
    OPTION_INT,      /* int64_t */
    OPTION_NUMBER,   /* double */
    OPTION_DURATION, /* int64_t, seconds; written 90s, 10m, 24h, 7d */
    OPTION_BYTES,    /* int64_t; written 512, 64k, 256M, 2G */
    OPTION_TEXT,     /* char[OPTION_TEXT_MAX], terminated */
    OPTION_CHOICE,   /* int, index into `choices` */
    OPTION_SECRET,   /* char[OPTION_TEXT_MAX]; written file:/path or env:NAME; never printed */
    OPTION_TYPE_COUNT
};

#define OPTION_TEXT_MAX 256

/* Of a detector: what it tells when the option is raised (or set to true). */
enum option_lever { LEVER_NONE, LEVER_TELLS_MORE, LEVER_TELLS_LESS };

struct option {
    const char *name; /* full dotted name: "kafka.brokers"; of a detector: "silence.window" */
    enum option_type type;
    const char *unit;           /* shown to people: "s", "kWh", NULL for none */
    const char *initial;        /* the default, as one would write it in YAML */
    double min, max;            /* of INT, NUMBER, DURATION (s), BYTES; both 0: no range */
    const char *const *choices; /* of CHOICE: NULL-terminated */
    bool reloadable;            /* false: a change needs a restart */
    size_t offset;              /* offsetof in the owner's struct */
    const char *help;           /* one line */
    /* Another option of the same type that must be larger, or at least as large, wherever both are
     * in force; NULL: none. One of the two at most. */
    const char *below, *at_most;
    enum option_lever lever; /* the one option of each detector by which its load is set */
    unsigned items_max; /* of TEXT: several, commas between; in the file a list, too. 0: one text */
};

#endif
