/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit log over the API: for auditors all of it, for supervisors the glass that their team has
 * broken.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/zone.h"
#include "console/account.h"
#include "console/audit_find.h"
#include "console/audit_table.h"
#include "console/away.h"
#include "console/csv.h"
#include "console/routes.h"
#include "console/server.h"

#define LIST_LIMIT     100
#define LIST_LIMIT_MAX 1000
#define TABLE_ROWS_MAX 10000 /* of a table to take along; it says when there are more */

struct listing {
    struct request *request;
    struct buffer *out;
    bool csv;
    size_t count;
    int team;                /* whose members' lines alone; ACCOUNT_ANY_TEAM: all */
    char who[ALERT_WHO_MAX]; /* the last one that was looked up */
    bool of_team;
    enum err err; /* of the first account that could not be looked up */
    struct fault fault;
};

static bool is_of_team(struct listing *listing, const char *who)
{
    struct account account;
    struct fault fault;
    if (listing->team == ACCOUNT_ANY_TEAM)
        return true;
    if (!listing->err && strcmp(who, listing->who) != 0) {
        (void)text_copy(text_of(who), listing->who, sizeof listing->who);
        enum err err = account_load(listing->request->api->store, who, &account, &fault);
        listing->of_team = !err && account.team == listing->team;
        if (err && err != ERR_NOT_FOUND) { /* else a line would be missing without a word */
            listing->err = err;
            listing->fault = fault;
        }
    }
    return !listing->err && listing->of_team;
}

static bool list_add(void *context, struct text line)
{
    struct listing *listing = context;
    json_t *read = json_loadb(line.at, line.bytes, 0, NULL);
    const char *who = json_string_value(json_object_get(read, "who"));
    bool counts = who && is_of_team(listing, who);
    if (counts && listing->csv) {
        audit_table_row(read, listing->out);
    } else if (counts) {
        json_put_item(listing->out);
        buffer_add(listing->out, line.at, line.bytes);
    }
    listing->count += counts;
    json_decref(read);
    return counts;
}

/* A moment, or a day's begin in UTC. */
static enum err time_read(const struct request *request, const char *name,
                          char out[CHAIN_TIME_BYTES + 1], struct fault *fault)
{
    const char *from = request_query(request, name);
    int64_t at_ms = 0;
    int32_t day;
    bool has_offset;
    out[0] = '\0';
    if (!from)
        return ERR_OK;
    if (date_parse(text_of(from), &day) == ERR_OK)
        at_ms = (int64_t)day * 86400000;
    else if (time_parse(text_of(from), &at_ms, &has_offset))
        return fault_set(fault, ERR_INVALID,
                         "%s: \"%.60s\" is no time; write 2026-01-25 (UTC) or "
                         "2026-01-25T18:00:00+09:00",
                         name, from);
    chain_time(at_ms, out);
    return ERR_OK;
}

static enum err query_read(struct request *request, bool csv, struct audit_query *out,
                           struct fault *fault)
{
    const char *cursor = request_query(request, "cursor"),
               *review = request_query(request, "review");
    char *end = NULL;
    *out = (struct audit_query){.household = request_query(request, "household"),
                                .who = request_query(request, "who"),
                                .action = request_query(request, "action"),
                                .broken_glass = review && strcmp(review, "1") == 0};
    enum err err = time_read(request, "from", out->from, fault);
    if (!err)
        err = time_read(request, "to", out->to, fault);
    if (!err)
        err = request_limit(request, csv ? TABLE_ROWS_MAX : LIST_LIMIT,
                            csv ? TABLE_ROWS_MAX : LIST_LIMIT_MAX, &out->limit, fault);
    if (!err && cursor) {
        out->before = strtoull(cursor, &end, 10);
        if (*end || end == cursor || !out->before)
            err = fault_set(fault, ERR_INVALID, "cursor: what an answer's `next` said");
    }
    return err;
}

static void list_end(const struct listing *listing, uint64_t next, struct answer *answer)
{
    char cursor[24], why[64];
    (void)snprintf(cursor, sizeof cursor, "%" PRIu64, next);
    (void)snprintf(why, sizeof why, "older lines come with cursor=%s", cursor);
    if (listing->csv) {
        if (next)
            csv_not_all(&answer->body, why, AUDIT_TABLE_COLUMNS);
        csv_is(answer);
        return;
    }
    buffer_text(&answer->body, "]");
    if (next)
        json_member_text(&answer->body, "next", cursor);
    buffer_text(&answer->body, "}");
}

enum err handle_audit_list(struct request *request, struct answer *answer, struct fault *fault)
{
    struct audit_query query;
    struct listing listing = {.request = request, .out = &answer->body};
    uint64_t next = 0;
    request_subject_query(request);
    enum err err = csv_asked(request, &listing.csv, fault);
    if (!err)
        err = query_read(request, listing.csv, &query, fault);
    if (err)
        return err;
    /* Supervisors review the glass that their own team has broken. */
    bool reviews = request->account && request->peer.role == ROLE_SUPERVISOR;
    listing.team = reviews ? request->account->team : ACCOUNT_ANY_TEAM;
    query.broken_glass |= reviews;
    if (listing.csv)
        audit_table_head(&answer->body);
    else
        buffer_text(&answer->body, "{\"entries\":[");
    err = audit_find(request->api->audit, &query, list_add, &listing, &next, fault);
    if (!err && listing.err) {
        *fault = listing.fault;
        err = away_say(listing.err, "nothing was shown", fault);
    }
    list_end(&listing, next, answer);
    if (err)
        answer->type = NULL;
    buffer_format(&request->result, "%zu entries", listing.count);
    return err;
}
