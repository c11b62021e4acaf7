/* SPDX-License-Identifier: Apache-2.0
 *
 * THE route table of the API. Matching, the check of query parameters, the audit's action names and
 * the page of the API (GET /api/v1) are made from it. Const, any thread.
 */
#ifndef ANBU_CONSOLE_ROUTES_H
#define ANBU_CONSOLE_ROUTES_H

#include "console/request.h"

struct route {
    const char *method;
    const char *path;   /* "{id}" stands for one segment */
    const char *action; /* in the audit log; NULL: nobody's data, not recorded */
    const char *query;  /* parameters that it knows, between spaces; "" none */
    enum err (*handle)(struct request *request, struct answer *answer, struct fault *fault);
    int change; /* enum alert_change of an alert's routes */
    const char *summary;
    unsigned roles; /* a bit each of enum role, and of the scope that a service needs; 0: nobody */
};

extern const struct route routes[];
extern const size_t route_count;

/* The route of a method and a raw path; *raw_id: what stands for {id} (borrowed from path). NULL:
 * none; then allow lists the methods that the path knows ("" when the path is unknown). */
const struct route *route_find(const char *method, const char *path, struct text *raw_id,
                               char *allow, size_t allow_bytes);

/* Whether everybody gets the same answer of it, which then must not wait for the store to say who
 * asks. */
bool route_knows_nobody(const char *method, const char *path);
/* Whether a route is open to a role; of a service, to one whose token has these scopes (bits). */
bool route_opens(const struct route *route, enum role role, uint32_t scopes);
/* The same of the route of a handler. */
bool route_is_open(enum err (*handle)(struct request *, struct answer *, struct fault *),
                   enum role role, uint32_t scopes);
/* Whether a role may all that a scope opens. */
bool route_scope_within(enum scope scope, enum role role);

/* docs/roles.md: each role against each route. */
void routes_page(struct buffer *out);

/* handlers_*.c */
enum err handle_alerts_list(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_handover(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_alert_show(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_alert_change(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_openapi(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_events(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_alert_directory(struct request *request, struct answer *answer,
                                struct fault *fault);
enum err handle_incidents_list(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_households_list(struct request *request, struct answer *answer,
                                struct fault *fault);
enum err handle_audit_list(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_household_hours(struct request *request, struct answer *answer,
                                struct fault *fault);
enum err handle_household_show(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_sinks(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_sink_test(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_answer(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_session_begin(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_session_show(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_session_end(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_session_password(struct request *request, struct answer *answer,
                                 struct fault *fault);
enum err handle_oidc_begin(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_oidc_finish(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_users_list(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_user_add(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_user_password(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_user_able(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_user_release(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_absence_show(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_absence_declare(struct request *request, struct answer *answer,
                                struct fault *fault);
enum err handle_absence_end(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_areas(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_meters_dark(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_dead_letters(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_stats(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_advice(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_tokens_list(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_token_add(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_token_revoke(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_rosters(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_budget(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_reload(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_config_changes(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_config(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_status(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_health(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_ready(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_routes(struct request *request, struct answer *answer, struct fault *fault);

#endif
