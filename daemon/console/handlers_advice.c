/* SPDX-License-Identifier: Apache-2.0
 *
 * What the outcomes say about each rule. Numbers alone: no household is named.
 */
#include <stdlib.h>
#include <string.h>

#include "alert/advice.h"
#include "base/json.h"
#include "console/away.h"
#include "console/facts.h"
#include "console/routes.h"

#define DIGITS       "0123456789"
#define DECIMALS_MAX 4

/* As the pattern in shapes.c says: below 100, no zero that says nothing. */
static bool wanted_read(const char *text, double *out)
{
    size_t n = strspn(text, DIGITS), more = text[n] == '.' ? strspn(text + n + 1, DIGITS) : 0;
    bool whole = (n == 1 || (n == 2 && text[0] != '0')) && more <= DECIMALS_MAX;
    n += more ? more + 1 : 0;
    if (!whole || text[n] || (text[0] == '0' && text[n - 1] == '0'))
        return false;
    *out = strtod(text, NULL);
    return true;
}

/* What is in force, as levers want it; the caller's. */
static json_t *options_of(struct api *api)
{
    struct buffer text = {0};
    const struct config *config = api->host.config_hold(api->host.host);
    config_show_json(config, &text);
    api->host.config_release(api->host.host, config);
    json_t *options = json_loadb(text.at, text.bytes, 0, NULL);
    buffer_done(&text);
    return options;
}

enum err handle_advice(struct request *request, struct answer *answer, struct fault *fault)
{
    struct api *api = request->api;
    const char *wanted = request_query(request, "wanted");
    struct advice_query query = {.wanted = ADVICE_WANTED, .viewer = facts_viewer(request)};
    query.sees = query.viewer ? facts_sees : NULL;
    request_subject_query(request);
    if (wanted && !wanted_read(wanted, &query.wanted))
        return fault_set(fault, ERR_INVALID,
                         "wanted: \"%.20s\" is no percentage between 0 and 100; write 10 or 2.5",
                         wanted);
    enum err err = away_say(facts_read(api, fault), "nothing was shown", fault);
    if (err)
        return err;
    const struct facts_rows *rows = facts_rows(&api->facts);
    struct advices *advices = memory_get(sizeof *advices);
    json_t *options = options_of(api);
    query.options = options;
    advice_count(rows->at, rows->count, &query, advices);
    advice_json(advices, &answer->body);
    json_member_bool(&answer->body, "more", rows->cut);
    json_member_bool(&answer->body, "counting", !api->facts.whole);
    buffer_text(&answer->body, "}");
    json_decref(options);
    free(advices);
    return ERR_OK;
}
