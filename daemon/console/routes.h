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
};

extern const struct route routes[];
extern const size_t route_count;

/* The route of a method and a raw path; *raw_id: what stands for {id} (borrowed from path). NULL:
 * none; then allow lists the methods that the path knows ("" when the path is unknown). */
const struct route *route_find(const char *method, const char *path, struct text *raw_id,
                               char *allow, size_t allow_bytes);

/* handlers_*.c */
enum err handle_alerts_list(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_alert_show(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_alert_change(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_incidents_list(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_households_list(struct request *request, struct answer *answer,
                                struct fault *fault);
enum err handle_household_show(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_reload(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_config(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_status(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_health(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_ready(struct request *request, struct answer *answer, struct fault *fault);
enum err handle_routes(struct request *request, struct answer *answer, struct fault *fault);

#endif
