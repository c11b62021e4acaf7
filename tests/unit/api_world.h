/* SPDX-License-Identifier: Apache-2.0
 *
 * The real API on a unix socket, asked over real HTTP, over the memory store; Kafka and the daemon
 * around it are played. One world a test: aw_set_up and aw_tear_down are its fixture.
 */
#ifndef ANBU_TESTS_API_WORLD_H
#define ANBU_TESTS_API_WORLD_H

#include "alert/lifecycle.h"
#include "base/clock.h"
#include "config/config.h"
#include "console/api.h"
#include "http/client.h"

#define AW_NOW_MS     1768525384005 /* 2026-01-16T01:03:04Z */
#define AW_RAISED_S   1768514400    /* 2026-01-15T22:00:00Z */
#define AW_PARTITIONS 4
#define AW_EXPECTED   97 /* percent, in each hour of an alert's evidence */

extern char aw_folder[64], aw_socket[96], aw_audit[96];
extern struct fault aw_fault;
extern struct clock aw_now;
extern struct store *aw_store; /* the test's own handle */
extern struct api *aw_api;
extern struct config *aw_config;
extern struct http_answer aw_answer;

enum kafka { KAFKA_DELIVERS, KAFKA_FAILS, KAFKA_IS_SILENT, KAFKA_IS_FULL };
extern struct aw_kafka {
    struct publisher publisher;
    enum kafka kafka;
    publisher_done_fn *done;
    void *context;
    void *tokens[16];
    size_t waiting;
    size_t published[PUBLISH_TOPIC_COUNT];
    char key[64];
    struct buffer body, head; /* of the last message; of the audit log's last end */
} aw_kafka;
extern bool aw_host_is_bad;
extern bool aw_sink_is_tested; /* the sink "desk"; there is no other */
extern const char *aw_next[4]; /* sets of what a reload would put in force; NULL-terminated */
extern int aw_reload_errors;   /* of the next reload; 0: a good one */

extern const struct detector aw_quiet, aw_owing; /* of the police, of the welfare team */
extern struct alert_rules aw_rules;

struct api_options aw_options(struct store *own);
void aw_set_up(void);
/* With further options, "KEY=VALUE". */
void aw_set_up_with(const char *const *more, size_t count);
void aw_tear_down(void);

/* Asks and keeps aw_answer; header NULL: none. */
long aw_ask(const char *path, const char *body, const char *header);
#define aw_expect(status, path, body) ck_assert_int_eq(aw_ask(path, body, NULL), status)
void aw_says(const char *part);
void aw_says_not(const char *part);
void aw_audit_says(const char *part, int times);

/* Raises an alert and returns its id, valid until the eighth call after it. */
const char *aw_raise_known(const char *household, const struct detector *detector,
                           enum severity grade, int64_t at_s, int64_t wall_ms);
const char *aw_raise(const char *household, const struct detector *detector, enum severity grade,
                     int64_t at_s);
const char *aw_raise_at(const char *household, int64_t at_s, int64_t learnt_ms);
const char *aw_path(const char *id, const char *action);
int aw_outbox(const char *household); /* entries of its partition */

#endif
