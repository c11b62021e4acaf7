/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside the config room: what its files share. The detectors are a parameter here, so that tests
 * bring their own; config.c fills in the registry. A struct load lives for one read, on one thread;
 * a struct config is built by it and never changes afterwards.
 */
#ifndef ANBU_CONFIG_INTERNAL_H
#define ANBU_CONFIG_INTERNAL_H

#include "config/config.h"
#include "config/tree.h"
#include "ingest/message.h"

#define CONFIG_BYTES_MAX   (1u << 20)
#define CONFIG_NAME_MAX    512 /* a dotted name as it is shown */
#define CONFIG_SEASONS_MAX 32  /* bits of a mask */

/* schema.c */
extern const struct option schema[];
extern const size_t schema_count;

enum origin_kind {
    ORIGIN_DEFAULT,
    ORIGIN_FILE,
    ORIGIN_ENVIRONMENT,
    ORIGIN_SET,
    ORIGIN_EMBEDDED /* the daemon's own, over all others */
};
struct origin {
    enum origin_kind kind;
    unsigned line, column; /* ORIGIN_FILE */
};

/* Where a value stands, for its error: `shown` is what a person wrote it under. */
struct place {
    struct origin origin;
    const char *shown;
};

/* A parsed value of any type, before it is stored. */
struct value {
    union {
        bool yes;
        int64_t integer;
        double number;
        int choice;
        char text[OPTION_TEXT_MAX];
    };
};

/* One option that this configuration knows: the core's rows, then each detector's. */
struct slot {
    const struct option *row;
    int detector; /* index; -1: the core */
    struct origin from;
};

enum layer_kind { LAYER_PROFILE, LAYER_SEASON, LAYER_AREA, LAYER_KIND_COUNT };
extern const char *const layer_sections[LAYER_KIND_COUNT]; /* "profiles" ... */

struct override {
    size_t slot;
    struct origin from;
    struct value value;
};
struct layer {
    enum layer_kind kind;
    char name[MESSAGE_ID_MAX + 1];         /* flag, season's name, area */
    unsigned flag;                         /* LAYER_PROFILE */
    unsigned from_month_day, to_month_day; /* LAYER_SEASON, both included; 0 not said */
    struct origin from;
    struct override *overrides;
    size_t override_count;
};

struct config {
    const struct detector *const *detectors;
    size_t detector_count;
    char *file; /* as it was named; NULL: none */
    struct slot *slots;
    size_t slot_count;
    struct settings settings;
    void *options[DETECTOR_COUNT_MAX]; /* owned blocks of options_bytes */
    struct layer *layers;              /* in the order in which they apply */
    size_t layer_count;
    struct config_pair *properties;
    struct origin *property_from;
    size_t property_count;
    struct field_mapping *fields; /* owned words */
    struct origin *field_from;
    size_t field_count;
    struct enrolment enrolment[CONFIG_ENROLMENT_MAX];
    struct origin enrolment_from[CONFIG_ENROLMENT_MAX];
    size_t enrolment_count;
    struct holiday holidays[CONFIG_HOLIDAYS_MAX];
    struct origin holiday_from[CONFIG_HOLIDAYS_MAX];
    size_t holiday_count;
    struct config_sink sinks[CONFIG_SINKS_MAX];
    struct origin sink_from[CONFIG_SINKS_MAX];
    size_t sink_count;
    struct config_answer answers[CONFIG_ANSWERS_MAX];
    struct origin answer_from[CONFIG_ANSWERS_MAX];
    size_t answer_count;
    struct buffer templates[TEMPLATE_KIND_COUNT][LANGUAGE_COUNT]; /* empty: the program's own */

    struct ladder ladders[LADDERS_MAX];
    struct origin ladder_from[LADDERS_MAX];
    size_t ladder_count;
    struct roster *rosters;
    struct origin *roster_from;
    size_t roster_count;
    struct config_role *roles;
    struct origin *role_from;
    size_t role_count;
};

struct load {
    struct config *config; /* in the making */
    struct problems problems;
    const struct config_kafka *kafka; /* NULL: nobody to ask */
    struct origin properties_from;    /* where kafka.properties begins */
};

/* config.c */
struct config *config_new(const struct detector *const *detectors, size_t count);
/* The block that a row of this slot writes to. */
void *config_block(const struct config *config, const struct slot *slot);
/* Index of an option; slot_count: there is none. */
size_t config_slot(const struct config *config, struct text name);

/* load.c */
struct config_input {
    const char *path; /* read when text.at is NULL; NULL: no file */
    struct text text; /* read instead of a file; path names it */
    const char *const *sets;
    size_t set_count;
    bool environment; /* ANBU_... variables count */
    const struct config_kafka *kafka;
};
NODISCARD enum err config_read(const struct detector *const *detectors, size_t detector_count,
                               const struct config_input *input, struct config **out,
                               struct config_errors *errors);
__attribute__((format(printf, 3, 4))) void load_problem(struct load *load,
                                                        const struct place *place,
                                                        const char *format, ...);
/* A node that must be of this kind; false, with its problem told, when it is not. An empty value
 * passes as an empty map or list. */
bool load_expect(struct load *load, const struct tree *node, enum tree_kind kind,
                 const char *shown);
/* Where a node's value stands, or its key. */
struct place place_of(const struct tree *node, const char *shown);
struct place place_of_key(const struct tree *node, const char *shown);
/* prefix.key, shortened when over-long, safe to print. Returns the bytes before `key`. */
size_t name_join(char out[CONFIG_NAME_MAX], const char *prefix, struct text key);
/* Options of a map, into the layer or (NULL) the settings. name_at: where in `prefix` the option's
 * own name begins. */
void load_options(struct load *load, const struct tree *map, const char *prefix, size_t name_at,
                  struct layer *layer);
/* The file's own value of an option; the last one counts, but a file says it once. */
void load_base(struct load *load, const struct place *place, size_t index, struct text from);

/* The items of a list as one text, commas between; false, with its problem told. */
bool load_join(struct load *load, const struct tree *list, const char *shown, struct buffer *out);

/* environment.c */
/* "ANBU_KAFKA_BROKERS" */
void environment_name(const char *option, char out[CONFIG_NAME_MAX]);
void load_environment(struct load *load);
/* Variables that look like options and are none, one a line. */
void environment_warn(const struct config *config, const struct config_input *input,
                      struct text source, struct buffer *out);

/* layers.c */
void load_layers(struct load *load, enum layer_kind kind, const struct tree *node);
/* "02-29" to 229; false: no day of any year. */
bool month_day_parse(struct text from, unsigned *out);
/* `from` and `to` of a season; true when the key was one of them. */
bool load_season_bound(struct load *load, const struct tree *node, const char *shown,
                       struct layer *layer);

/* lists.c */
void load_properties(struct load *load, const struct tree *node);
void load_property(struct load *load, const struct place *place, struct text name,
                   struct text value);
/* One property into *out; false, with its problem told, when it is none. */
bool load_pair(struct load *load, const struct place *place, struct text name, struct text value,
               struct config_pair *out);
void check_properties(struct load *load);
bool property_is_secret(const char *name);
void load_fields(struct load *load, const struct tree *node);
void load_enrolment(struct load *load, const struct tree *node);
/* Names of a list to a mask; `what` for people: "flag of a profile". */
uint32_t load_mask(struct load *load, const struct tree *list, const char *shown,
                   const char *const *names, size_t count, const char *what);

/* sinks.c */
extern const struct option sink_rows[]; /* of one sink; names without a section */
extern const size_t sink_row_count;
void load_sinks(struct load *load, const struct tree *node);
bool sinks_equal(const struct config *a, const struct config *b);

/* url.c: what is wrong with a URL of the web; NULL: nothing. in_the_clear: http to another machine.
 */
const char *url_problem(const char *url, bool *in_the_clear);
/* Likewise with what follows the scheme of any URL. */
const char *url_rest_problem(const char *url);

/* sink_check.c */
/* given: a bit for each of sink_rows that was written. */
void check_sink(struct load *load, const struct place *place, const struct config_sink *sink,
                uint64_t given);
/* Whether sinks of this kind have that key. */
bool sink_row_fits(const struct option *row, int kind);
/* What sinks of kind kafka must not do to the topics that are read here. */
void check_sink_topics(struct load *load);
/* A sink that looks people up needs where. */
void check_sink_directories(struct load *load);
/* Reads delivery.templates. */
void check_templates(struct load *load, const struct place *place);

/* rows.c: an item of a list whose keys are rows of a table; `others`: keys that are none. */
struct rows {
    const struct option *at;
    size_t count;
    const char *what;          /* "a ladder" */
    const char *const *others; /* NULL-terminated, or NULL */
};
void rows_default(const struct rows *rows, void *block);
/* Which row it was, whether its value is good or not; rows->count: none. */
size_t rows_load(struct load *load, const struct rows *rows, const struct tree *node,
                 const char *shown, void *block);
/* A list of maps, as `sinks`, walked item by item, each key by key:
 *     struct items walk = {.load = load, .shown = "sinks", .max = SINKS_MAX, .what = "sinks"};
 *     while (items_next(&walk, list))
 *         for (const struct tree *key; (key = items_key(&walk));) ...
 * What is no map, or more than `max` of them, is told and left out. */
struct items {
    struct load *load;
    const char *shown; /* of the list */
    size_t max;
    const char *what; /* they are, to people */
    /* The walk's own; place and key_shown are for who walks. */
    const struct tree *item, *key;
    size_t number, problems;
    struct place place;
    char prefix[CONFIG_NAME_MAX], key_shown[CONFIG_NAME_MAX];
};
bool items_next(struct items *walk, const struct tree *list);
const struct tree *items_key(struct items *walk);
/* True when no key of this item had a problem: its whole can be checked. */
bool items_good(const struct items *walk);
bool rows_name_good(const char *name, size_t bytes_max);
/* "22:00-08:00" to minutes of the day; "" to equal ones. */
bool rows_hours_parse(const char *hours, int *from_min, int *to_min);

/* ladders.c */
extern const struct rows ladder_rows, ladder_step_rows;
void load_ladders(struct load *load, const struct tree *node);
/* answers.c */
void load_answers(struct load *load, const struct tree *node);

/* rosters.c */
extern const struct rows roster_rows, shift_rows;
void load_rosters(struct load *load, const struct tree *node);
/* "mon, tue, holiday"; "all" */
void shift_days_text(const struct roster_shift *shift, struct buffer *out);

/* roles.c */
extern const struct rows role_rows;
void load_roles(struct load *load, const struct tree *node);

/* holidays.c */
void load_holidays(struct load *load, const struct tree *node);
/* Our names of messages' fields; returns how many. */
#define FIELDS_MAX 64
size_t field_list(const char *names[FIELDS_MAX]);

/* value.c */
NODISCARD enum err value_parse(const struct option *row, struct text from, struct value *out,
                               struct fault *fault);
void value_store(const struct option *row, const struct value *value, void *block);
void value_format(const struct option *row, const void *block, struct buffer *out);
bool value_equal(const struct option *row, const void *block_a, const void *block_b);
size_t value_bytes(const struct option *row);
/* "0.1 to 100", "murmur2_random or murmur2"; empty when anything goes. */
void value_range(const struct option *row, struct buffer *out);
/* "duration, 1s to 15m": type, unit and range for people. */
void value_describe(const struct option *row, struct buffer *out);
/* "text", "duration" ... */
const char *value_type_name(enum option_type type);
/* A foreign text inside a message: cut at 60 bytes, control characters as '?'. */
#define QUOTED_MAX 72
const char *quoted(struct text from, char out[QUOTED_MAX]);

/* secret.c: file:/path or env:NAME. The fault never holds the secret. */
NODISCARD enum err secret_resolve(struct text from, char out[OPTION_TEXT_MAX], struct fault *fault);

/* check.c: what a type and a range cannot say. */
NODISCARD enum err check_value(const struct option *row, const struct value *value,
                               struct fault *fault);
void check_together(struct load *load);
NODISCARD enum err check_brokers(const char *text, struct fault *fault);
NODISCARD enum err check_topic(const char *text, struct fault *fault);

/* order.c: options that stay below others. */
void check_order(struct load *load);

/* show.c */
struct shown {
    const char *name, *value, *from, *unit, *help; /* unit and help: NULL for none */
};
typedef void shown_fn(void *context, const struct shown *shown);
void show_each(const struct config *config, shown_fn *each, void *context);

/* sample.c, man.c: the tables, written out. `defaults` brings the rows. */
void sample_write(const struct config *defaults, struct buffer *out);
void man_write(const struct config *defaults, struct buffer *out);
/* One line of help as a sentence: capital and full stop, whoever wrote it. */
void sentence_write(const char *help, struct buffer *out);
/* The first part of an option's name: "kafka". */
struct text section_first(const char *name);
/* What a section is about, one line; NULL when it is neither of the core nor a detector. */
const char *section_help(const struct config *config, struct text section);

#endif
