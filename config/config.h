/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration in force: typed settings filled from schema.c's table, detectors' options with
 * their layers, and the lists that are no single value. Built whole and checked whole, then
 * immutable: a reload makes a new one and swaps it between batches; threads share it by const
 * pointer. A struct tuning_cache belongs to one worker.
 */
#ifndef ANBU_CONFIG_CONFIG_H
#define ANBU_CONFIG_CONFIG_H

#include <stdio.h>

#include "base/err.h"
#include "base/text.h"
#include "config/ladder.h"
#include "config/option.h"
#include "config/roster.h"
#include "config/template.h"
#include "detectors/detector.h"
#include "ingest/decode.h"

/* Members are named as the options are; types as option.h says. Defaults, ranges and help stand in
 * schema.c alone. */
enum kafka_start { KAFKA_START_EARLIEST, KAFKA_START_LATEST };
enum directory_kind { DIRECTORY_NONE, DIRECTORY_FILE, DIRECTORY_HTTP };
enum daemon_clock { DAEMON_CLOCK_MACHINE, DAEMON_CLOCK_ARRIVAL };
extern const char *const config_partitioners[]; /* names by kafka.partitioner; NULL-terminated */

#define CONSOLE_LISTEN_MAX 8 /* places */

struct settings {
    struct {
        char brokers[OPTION_TEXT_MAX];  /* kafka.brokers */
        char group[OPTION_TEXT_MAX];    /* kafka.group: "anbu" */
        char readings[OPTION_TEXT_MAX]; /* kafka.topics.readings ... */
        char billing[OPTION_TEXT_MAX];
        char household[OPTION_TEXT_MAX];
        char report[OPTION_TEXT_MAX];
        char weather[OPTION_TEXT_MAX];
        char alerts[OPTION_TEXT_MAX];       /* "anbu.alerts" */
        char dead_letters[OPTION_TEXT_MAX]; /* "anbu.dead-letters" */
        char audit[OPTION_TEXT_MAX];        /* "anbu.audit" */
        int partitioner;                    /* kafka.partitioner: murmur2_random ... */
        int start;                          /* enum kafka_start: where nothing is stored */
        int64_t delivery_timeout_s;         /* kafka.delivery_timeout */
    } kafka;
    struct {
        char address[OPTION_TEXT_MAX]; /* redis.address: tcp:127.0.0.1:6379 or unix:/path */
        char user[OPTION_TEXT_MAX];
        char password[OPTION_TEXT_MAX]; /* SECRET */
        char prefix[OPTION_TEXT_MAX];
        int64_t database;
        int64_t timeout_s;
    } redis;
    struct {
        int64_t workers;                /* 0: one a core */
        int64_t batch;                  /* messages a batch */
        int64_t cache_bytes;            /* of each worker */
        int64_t flush_interval_s;       /* the longest that a changed record waits */
        char data_dir[OPTION_TEXT_MAX]; /* daemon.data_dir: audit log, control socket, embedded
                                           redis */
        char socket[OPTION_TEXT_MAX];   /* daemon.socket: API; "" = data_dir/anbud.sock */
        int log_level;
        int clock; /* enum daemon_clock */
        int log_format;
        char metrics_listen[OPTION_TEXT_MAX]; /* "auto", "" (off) or ADDRESS:PORT */
        bool metrics_public;
        int64_t clock_skew_max_s; /* timers wait while ours and the store's clock differ by more */
        int64_t takeover_grace_s; /* before overdue timers fire */
    } daemon;
    struct {
        char listen[OPTION_TEXT_MAX]; /* "" (off) or ADDRESS:PORT, commas between several */
        char tls_certificate[OPTION_TEXT_MAX], tls_key[OPTION_TEXT_MAX]; /* files; "" no TLS */
        bool behind_proxy;
        char proxies[OPTION_TEXT_MAX];    /* addresses and networks, commas between */
        char public_url[OPTION_TEXT_MAX]; /* without a '/' at its end; "": not known */
        int64_t session_max_s, session_idle_s;
    } console;
    struct {
        int64_t keep_s;
    } audit;
    struct {
        int64_t alerts_s, notes_s, evidence_s; /* after an alert's end */
    } retention;
    struct {
        int kind; /* enum directory_kind */
        char file[OPTION_TEXT_MAX], url[OPTION_TEXT_MAX], ca[OPTION_TEXT_MAX];
        char token[OPTION_TEXT_MAX]; /* SECRET */
        int64_t timeout_s;
    } directory;
    struct {
        char issuer[OPTION_TEXT_MAX]; /* "" off */
        char client_id[OPTION_TEXT_MAX], client_secret[OPTION_TEXT_MAX];
        char account_claim[OPTION_TEXT_MAX], scope[OPTION_TEXT_MAX];
        char groups_claim[OPTION_TEXT_MAX];
        char ca[OPTION_TEXT_MAX]; /* file; "": the machine's own */
        int64_t timeout_s;
    } oidc;
    struct {
        int64_t settle_s; /* ingest.settle: a late batch is judged this long after its last line */
        int64_t in_future_s;            /* 15m */
        int64_t max_age_s;              /* ingest.max_age: older evidence is history */
        char timezone[OPTION_TEXT_MAX]; /* of households that did not say */
    } ingest;
    struct {
        double acute_per_household_year;
        bool steer;
    } budget;
    struct {
        int64_t ack_expiry_s;
        int64_t escalate_critical_s;
        int64_t escalate_s;
        int64_t escalations_max;
        int64_t refer_accept_s;
        int answer_closes; /* 1 + the gravest severity that "I am fine" closes; 0: none */
    } alerts;
    struct {
        bool enabled;
        int64_t homes_min;
        double share;
        int64_t window_s;
        int64_t grace_s;
        int64_t hold_max_s;
    } incidents;
    struct {
        bool screen;                     /* delivery.screen: one line an event on standard output */
        char templates[OPTION_TEXT_MAX]; /* a directory; "": the program's own */
    } delivery;
};

/* A day on which people live as at a weekend. */
#define CONFIG_HOLIDAYS_MAX 400
struct holiday {
    unsigned year; /* 0: of every year */
    unsigned month_day;
};

/* One row that decides: households with all of these flags (and not opted out) may raise alerts. */
#define CONFIG_ENROLMENT_MAX 16
struct enrolment {
    uint32_t flags;     /* all of them */
    bool arrears;       /* and in arrears */
    uint32_t detectors; /* mask of what they may raise */
};

struct config_pair {
    char name[OPTION_TEXT_MAX], value[OPTION_TEXT_MAX];
};

/* One of `sinks`: who is told of alerts besides Kafka (sinks.c has its rows). */
#define CONFIG_SINKS_MAX      8
#define CONFIG_SINK_AREAS_MAX 32
#define CONFIG_SINK_TO_MAX    16
#define CONFIG_SINK_PAIRS_MAX 32
#define CONFIG_SINK_NAME_MAX  32
#define CONFIG_SINK_KEY_MAX   64 /* bytes of a webhook's secret */
enum sink_kind { SINK_WEBHOOK, SINK_MAIL, SINK_KAFKA, SINK_KIND_COUNT };
struct config_sink {
    char name[OPTION_TEXT_MAX]; /* a-z, 0-9, '-'; no other sink's */
    int kind;
    char url[OPTION_TEXT_MAX];
    char secret[OPTION_TEXT_MAX];
    bool insecure;
    bool hours; /* evidence goes out with the hours that a home lived by */
    char ca[OPTION_TEXT_MAX];
    char user[OPTION_TEXT_MAX], password[OPTION_TEXT_MAX], from[OPTION_TEXT_MAX];
    int language;
    bool directory;               /* posts hold whom to write to */
    char sender[OPTION_TEXT_MAX]; /* of messages; "": the language's own words */
    int64_t timeout_s, retry_first_s, retry_max_s, give_up_s;
    uint32_t teams, severities; /* masks; 0: all */
    uint32_t channels;          /* of a ladder's step that comes due; 0: whatever happens */
    size_t area_count;          /* 0: all */
    char areas[CONFIG_SINK_AREAS_MAX][OPTION_TEXT_MAX];
    size_t to_count;
    char to[CONFIG_SINK_TO_MAX][OPTION_TEXT_MAX];
    char topic[OPTION_TEXT_MAX], brokers[OPTION_TEXT_MAX];
    size_t property_count; /* librdkafka's, of brokers */
    struct config_pair properties[CONFIG_SINK_PAIRS_MAX];
};

/* One of `answers`: who may tell what somebody has answered. */
#define CONFIG_ANSWERS_MAX     8
#define CONFIG_ANSWER_NAME_MAX 32
struct config_answer {
    char name[OPTION_TEXT_MAX]; /* a-z, 0-9, '-' */
    char secret[OPTION_TEXT_MAX];
};

/* One of `oidc.roles`: what the members of a group of the provider may. */
#define CONFIG_ROLES_MAX      64
#define CONFIG_ROLE_AREAS_MAX 2000                                        /* bytes */
enum config_role_team { ROLE_TEAM_NONE, ROLE_TEAM_ALL, ROLE_TEAM_FIRST }; /* and enum team */
struct config_role {
    char group[OPTION_TEXT_MAX];
    int role;                              /* from ROLE_ACCOUNT_FIRST on */
    int team;                              /* from ROLE_TEAM_FIRST on enum team */
    int utility;                           /* 0: all; from 1 on enum utility */
    char areas[CONFIG_ROLE_AREAS_MAX + 1]; /* commas between; "": all */
};

struct config;

/* The defaults alone. */
struct config *config_default(void);
void config_free(struct config *config);

/* Every error of one read, each "file:line:column: option: what is wrong (what is right)". */
struct config_errors {
    size_t count;
    struct buffer text;     /* one a line */
    struct buffer warnings; /* one a line, of a good read as well, not counted */
};
void config_errors_done(struct config_errors *errors);

/* Reads path (NULL: defaults), then `sets` ("KEY=VALUE", from --set). *out is untouched on error.
 */
NODISCARD enum err config_load(const char *path, const char *const *sets, size_t set_count,
                               struct config **out, struct config_errors *errors);

/* Who knows kafka.properties: librdkafka, which this room does not (kafka/properties.h). Both
 * answer ERR_CONFIG with a fault. */
struct config_kafka {
    enum err (*one)(const struct config_pair *property, struct fault *fault);
    /* Once each has passed: do they go together, are files that they name there? */
    enum err (*together)(const struct config_pair *properties, size_t count, struct fault *fault);
};
struct config_source {
    const char *path;
    const char *const *sets;
    size_t set_count;
    const struct config_kafka *kafka; /* NULL: properties are not looked into */
};
/* The same for whoever goes on to Kafka. */
NODISCARD enum err config_load_from(const struct config_source *source, struct config **out,
                                    struct config_errors *errors);

/* A value that the daemon itself has decided (--embedded), shown as such; before anybody else holds
 * the configuration. */
void config_embed(struct config *config, const char *name, const char *value);

const struct settings *config_settings(const struct config *config);
const struct config_pair *config_kafka_properties(const struct config *config, size_t *count);
/* What to do instead of passing this property through; NULL: it may be passed. */
const char *config_property_reserved(const char *name);
const struct field_mapping *config_fields(const struct config *config, size_t *count);
/* count 0: every household may raise everything. */
const struct enrolment *config_enrolment(const struct config *config, size_t *count);
const struct config_sink *config_sinks(const struct config *config, size_t *count);
const struct config_answer *config_answers(const struct config *config, size_t *count);
/* Whether a URL's host, after the scheme, is this machine. */
bool config_url_is_local(const char *url);
/* In force: of delivery.templates, or the program's own. Good by template_check. */
struct text config_template(const struct config *config, enum template_kind kind,
                            enum language language);
/* In the order in which they are chosen from; count 0: no alert climbs. */
const struct ladder *config_ladders(const struct config *config, size_t *count);
/* In the order in which they are looked at; count 0: groups give nothing. */
const struct config_role *config_roles(const struct config *config, size_t *count);
/* In the order in which they are looked at; count 0: nobody is known to be on call. */
const struct roster *config_rosters(const struct config *config, size_t *count);
/* The key that a webhook's secret holds: whsec_ and base64, as Standard Webhooks has it.
 * ERR_INVALID when it is none, or not 24 to 64 bytes long; the fault holds nothing of it. */
NODISCARD enum err config_sink_key(const char *secret, unsigned char out[CONFIG_SINK_KEY_MAX],
                                   size_t *bytes, struct fault *fault);

/* Of a local day since 1970. */
bool config_is_holiday(const struct config *config, int32_t day);

/* What a household is judged by: defaults, then profiles, seasons and areas that apply, in the
 * order of the file. */
struct tuning {
    double acute_per_household_year;
    bool in_season;
    const void *options[DETECTOR_COUNT_MAX]; /* by detector, as its `options` rows say */
};
struct tuning_cache;
struct tuning_cache *tuning_cache_new(const struct config *config); /* borrows config */
void tuning_cache_free(struct tuning_cache *cache);
/* Borrowed until the next call on this cache, which keeps a bounded number of answers. month_day =
 * month * 100 + day, local. */
const struct tuning *tuning_for(struct tuning_cache *cache, uint32_t flags, struct text area,
                                unsigned month_day);

/* Options whose value differs and that need a restart; names one a line in *out. Returns how many.
 */
size_t config_restart_needed(const struct config *now, const struct config *next,
                             struct buffer *out);

/* Values that are not defaults: options, overrides in layers, rows of lists. */
size_t config_set_count(const struct config *config);

/* Every option, its value and where it came from (default, file:line, --set, environment); secrets
 * as
 * "(set)" or "(not set)". */
void config_show(const struct config *config, struct buffer *out);
/* The same as JSON: [{"name","value","from","unit","help"}]. */
void config_show_json(const struct config *config, struct buffer *out);
/* config/anbu.yaml, made from the tables: every option with help, unit, range and default. */
void config_sample(struct buffer *out);
/* anbu.yaml(5), from the same tables. */
void config_man(struct buffer *out);

#endif
