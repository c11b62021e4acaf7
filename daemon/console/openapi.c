/* SPDX-License-Identifier: Apache-2.0 */
#include "console/openapi.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "console/repeat.h"
#include "console/shapes.h"

/* ---- what is answered ---- */

/* JSON with ' for ", which nothing in it contains. Members beside those named may come. */
static const char schemas[] =
    "{'Problem':{'type':'object','required':['type','title','status','detail'],'properties':{"
    "'type':{'type':'string','pattern':'^urn:anbu:problem:'},'title':{'type':'string'},"
    "'status':{'type':'integer'},'detail':{'type':'string'}}},"
    "'Alert':{'type':'object','description':'docs/alerts.md has all members',"
    "'required':['alert','version','household','team','severity','state','reasons','steps'],"
    "'properties':{'alert':{'type':'string'},'version':{'type':'integer','minimum':1},"
    "'household':{'type':'string'},'team':{'type':'string'},'severity':{'type':'string'},"
    "'state':{'type':'string'},'area':{'type':['string','null']},"
    "'owner':{'type':['string','null']},'waits_since':{'type':['string','null']},"
    "'suggests':{'type':['string','null']},'reasons':{'type':'array'},'steps':{'type':'array'}}},"
    "'AlertList':{'type':'object','required':['alerts','total','more'],'properties':{"
    "'alerts':{'type':'array','items':{'$ref':'#/components/schemas/Alert'}},"
    "'total':{'type':'integer','minimum':0},'more':{'type':'boolean'},"
    "'next':{'type':'string'},'unreadable':{'type':'integer','minimum':1,"
    "'description':'alerts beside these that are damaged, or of a newer version'}}},"
    "'Handover':{'type':'object','required':['desks'],'properties':{"
    "'unreadable':{'type':'integer','minimum':1},'desks':{'type':'array',"
    "'items':{'type':'object','required':['desk','alerts','total','more','held'],'properties':{"
    "'desk':{'type':'string'},'total':{'type':'integer','minimum':0},'more':{'type':'boolean'},"
    "'held':{'type':'integer','minimum':0},'alerts':{'type':'array','items':{"
    "'allOf':[{'$ref':'#/components/schemas/Alert'},{'type':'object','required':['next'],"
    "'properties':{'next':{'type':['object','null']}}}]}}}}}}},"
    "'Changed':{'type':'object','required':['delivered','alert'],'properties':{"
    "'delivered':{'type':'boolean'},'alert':{'$ref':'#/components/schemas/Alert'}}},"
    "'IncidentList':{'type':'object','required':['incidents'],'properties':{'incidents':{"
    "'type':'array','items':{'type':'object','required':['incident','group','kind','held'],"
    "'properties':{'incident':{'type':'string'},'group':{'type':'string'},"
    "'kind':{'type':'string'},'held':{'type':['integer','null']}}}}}},"
    "'Account':{'type':'object','required':['name','role'],'properties':{"
    "'name':{'type':'string'},'role':{'type':'string'},'team':{'type':['string','null']},"
    "'areas':{'type':'string'},'must_change':{'type':'boolean'},'disabled':{'type':'boolean'},"
    "'tokens':{'type':'array','items':{'type':'string'}}}},"
    "'Session':{'type':'object','required':['account','csrf'],'properties':{"
    "'account':{'$ref':'#/components/schemas/Account'},'csrf':{'type':'string'}}},"
    "'AccountList':{'type':'object','required':['users'],'properties':{'users':{'type':'array',"
    "'items':{'$ref':'#/components/schemas/Account'}}}},"
    "'Routes':{'type':'object','required':['oidc','routes'],'properties':{"
    "'version':{'type':'string','description':'not told to whoever has not signed in'},"
    "'oidc':{'type':'boolean'},'routes':{'type':'array','items':{'type':'object',"
    "'required':['method','path','summary','open']}}}},"
    "'Object':{'type':'object'},'Stream':{'type':'string'}}";

static const struct success {
    enum err (*handle)(struct request *request, struct answer *answer, struct fault *fault);
    const char *schema;
    int status, other; /* other: another one with the same body; 0 none */
    const char *type;
} successes[] = {
    {handle_alerts_list, "AlertList", 200, 0, NULL},
    {handle_handover, "Handover", 200, 0, NULL},
    {handle_alert_show, "Alert", 200, 0, NULL},
    {handle_alert_change, "Changed", 200, 202, NULL},
    {handle_incidents_list, "IncidentList", 200, 0, NULL},
    {handle_events, "Stream", 200, 0, "text/event-stream"},
    {handle_session_begin, "Session", 200, 0, NULL},
    {handle_session_show, "Session", 200, 0, NULL},
    {handle_session_password, "Session", 200, 0, NULL},
    {handle_users_list, "AccountList", 200, 0, NULL},
    {handle_user_add, "Account", 201, 0, NULL},
    {handle_token_add, "Object", 201, 0, NULL},
    {handle_sink_test, "Object", 202, 0, NULL},
    {handle_user_password, "Account", 200, 0, NULL},
    {handle_user_able, "Account", 200, 0, NULL},
    {handle_routes, "Routes", 200, 0, NULL},
    {handle_health, "Object", 200, 503, NULL},
    {handle_ready, "Object", 200, 503, NULL},
    {NULL, "Object", 200, 202, NULL}, /* any other */
};

/* Problems of every route, and when: of a change, of an {id}. */
static const struct refusal {
    int status;
    bool of_change, of_id;
} refusals[] = {
    {400, false, false}, {401, false, false}, {403, false, false}, {404, false, true},
    {409, false, false}, {412, true, false},  {413, false, false}, {422, true, false},
    {429, false, false}, {500, false, false}, {503, false, false},
};

static void put_quoted(struct buffer *out, const char *single)
{
    size_t from = out->bytes;
    buffer_text(out, single);
    for (size_t i = from; i < out->bytes; i++)
        if (out->at[i] == '\'')
            out->at[i] = '"';
}

static bool is_change(const struct route *route)
{
    return strcmp(route->method, "GET") != 0;
}

static const struct success *success_of(const struct route *route)
{
    const struct success *row = successes;
    while (row->handle && row->handle != route->handle)
        row++;
    return row;
}

static void put_success(const struct route *route, const struct success *row, int status,
                        struct buffer *out)
{
    char key[8];
    (void)snprintf(key, sizeof key, "%d", status);
    json_put_key(out, key);
    buffer_text(out, "{");
    json_member_text(out, "description",
                     status == 202   ? "done and kept; told to others later"
                     : status == 503 ? "it is not well"
                                     : "done");
    json_put_key(out, "content");
    buffer_text(out, "{");
    json_put_key(out, row->type ? row->type : "application/json");
    buffer_format(out, "{\"schema\":{\"$ref\":\"#/components/schemas/%s\"}}", row->schema);
    if (strstr(route->query, " format "))
        buffer_text(out, ",\"text/csv\":{\"schema\":{\"type\":\"string\"}}");
    buffer_text(out, "}}");
}

static void put_responses(const struct route *route, struct buffer *out)
{
    const struct success *success = success_of(route);
    json_put_key(out, "responses");
    buffer_text(out, "{");
    put_success(route, success, success->status, out);
    if (success->other)
        put_success(route, success, success->other, out);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const struct refusal *row = &refusals[i];
        char key[8];
        if ((row->of_change && !is_change(route)) || (row->of_id && !strstr(route->path, "{id}")) ||
            row->status == success->other)
            continue;
        (void)snprintf(key, sizeof key, "%d", row->status);
        json_put_key(out, key);
        buffer_text(out, "{\"$ref\":\"#/components/responses/Problem\"}");
    }
    buffer_text(out, "}");
}

/* ---- what is asked ---- */

#define ID_LEAST 6 /* characters of an alert's id that name it */

static void put_words(const struct shape *shape, struct buffer *out)
{
    json_put_key(out, "enum");
    buffer_text(out, "[");
    for (size_t i = shape->first; i < shape->count; i++) {
        json_put_item(out);
        json_put_string(out, text_of(shape->words[i]));
    }
    buffer_text(out, "]");
}

/* A text's limit is in bytes; in the document it is in characters, as JSON Schema has nothing else.
 */
static void put_text_limits(const struct shape *shape, struct buffer *out)
{
    if (shape->least)
        json_member_int(out, "minLength", shape->least);
    if (shape->pattern)
        json_member_text(out, "pattern", shape->pattern);
    if (shape->most)
        json_member_int(out, "maxLength", shape->most);
}

/* nullable: in a body, null is as good as absent. */
static void put_schema(const struct shape *shape, bool in_body, struct buffer *out)
{
    const char *type = shape->type == SHAPE_NUMBER              ? "integer"
                       : shape->type == SHAPE_WORDS && !in_body ? "array"
                                                                : "string";
    buffer_text(out, "{");
    json_put_key(out, "type");
    if (in_body && !shape->needed && shape->type != SHAPE_WORD)
        buffer_format(out, "[\"%s\",\"null\"]", type);
    else
        json_put_string(out, text_of(type));
    if (shape->type == SHAPE_NUMBER) {
        json_member_int(out, "minimum", shape->least);
        if (shape->most < INT64_MAX)
            json_member_int(out, "maximum", shape->most);
    } else if (shape->type == SHAPE_FLAG) {
        buffer_text(out, ",\"enum\":[\"1\",\"0\"]");
    } else if (shape->type == SHAPE_WORD) {
        put_words(shape, out);
    } else if (shape->type == SHAPE_WORDS && !in_body) {
        buffer_text(out, ",\"items\":{\"type\":\"string\"");
        put_words(shape, out);
        buffer_text(out, "}");
    } else if (shape->type == SHAPE_MOMENT || shape->type == SHAPE_TIME) {
        buffer_format(out, ",\"anyOf\":[%s{\"format\":\"date-time\"}",
                      shape->type == SHAPE_MOMENT ? "{\"format\":\"date\"}," : "");
        buffer_text(out, in_body ? ",{\"type\":\"null\"}]" : "]");
    } else {
        put_text_limits(shape, out);
    }
    if (in_body) {
        json_member_text(out, "description", shape->help);
        if (shape->example && shape->type != SHAPE_NUMBER) {
            buffer_text(out, ",\"examples\":[");
            json_put_string(out, text_of(shape->example));
            buffer_text(out, "]");
        }
    }
    buffer_text(out, "}");
}

static void put_header(const char *name, const char *pattern, const char *help, struct buffer *out)
{
    json_put_item(out);
    buffer_text(out, "{");
    json_member_text(out, "name", name);
    json_member_text(out, "in", "header");
    json_member_text(out, "description", help);
    buffer_text(out, ",\"schema\":{\"type\":\"string\"");
    json_member_text(out, "pattern", pattern);
    buffer_text(out, "}}");
}

static void put_query(const struct route *route, const char *name, struct buffer *out)
{
    const struct shape *shape = shape_of_query(route, name);
    json_put_item(out);
    buffer_text(out, "{");
    json_member_text(out, "name", name);
    json_member_text(out, "in", "query");
    if (shape) {
        json_member_text(out, "description", shape->help);
        if (shape->type == SHAPE_WORDS)
            buffer_text(out, ",\"style\":\"form\",\"explode\":false");
    }
    json_put_key(out, "schema");
    if (shape)
        put_schema(shape, false, out);
    else
        buffer_text(out, "{\"type\":\"string\"}");
    buffer_text(out, "}");
}

static void put_parameters(const struct route *route, struct buffer *out)
{
    json_put_key(out, "parameters");
    buffer_text(out, "[");
    if (strstr(route->path, "{id}")) {
        bool alert = strstr(route->path, "/alerts/");
        json_put_item(out);
        put_quoted(out, "{'name':'id','in':'path','required':true,'schema':{'type':'string',");
        buffer_format(out, "\"minLength\":%d,\"maxLength\":%d}}", alert ? ID_LEAST : 1,
                      alert ? REQUEST_ID_MAX : MESSAGE_ID_MAX);
    }
    for (const char *at = route->query; *at;) {
        char name[32];
        at += strspn(at, " ");
        size_t bytes = strcspn(at, " ");
        if (bytes && text_copy((struct text){at, bytes}, name, sizeof name))
            put_query(route, name, out);
        at += bytes;
    }
    if (is_change(route))
        put_header("Idempotency-Key", "^[!-~]{1,200}$",
                   "the same key and request within a day are done once", out);
    if (route->handle == handle_alert_change)
        put_header("If-Match", "^(\\*|\"[1-9][0-9]{0,17}\"|[1-9][0-9]{0,17})$",
                   "only if the alert is at this version (ETag)", out);
    if (route->handle == handle_events)
        put_header("Last-Event-ID", "^[ -~]{0,60}$", "go on behind this event", out);
    buffer_text(out, "]");
}

static void put_why(struct buffer *out)
{
    json_put_key(out, "why");
    buffer_format(out,
                  "{\"type\":[\"string\",\"null\"],\"maxLength\":%d,"
                  "\"description\":\"purpose, for the audit log\"}",
                  REQUEST_WHY_MAX);
}

static void put_body(const struct route *route, struct buffer *out)
{
    struct buffer needed = {0};
    bool known = false;
    buffer_text(&needed, "[");
    json_put_key(out, "requestBody");
    buffer_text(out, "{\"content\":{\"application/json\":{\"schema\":{\"type\":\"object\"");
    json_put_key(out, "properties");
    buffer_text(out, "{");
    for (size_t i = 0; i < body_shape_count; i++) {
        const struct shape *shape = &body_shapes[i];
        if (!shape_is_of(shape, route))
            continue;
        known = true;
        json_put_key(out, shape->name);
        put_schema(shape, true, out);
        if (shape->needed) {
            json_put_item(&needed);
            json_put_string(&needed, text_of(shape->name));
        }
    }
    if (!shape_of_body(route, "why"))
        put_why(out);
    buffer_text(out, "}");
    if (needed.bytes > 1)
        buffer_format(out, ",\"required\":%s]", needed.at);
    if (known)
        buffer_text(out, ",\"additionalProperties\":false");
    buffer_format(out, "}}},\"required\":%s}", needed.bytes > 1 ? "true" : "false");
    buffer_done(&needed);
}

/* ---- the document ---- */

static void put_operation_id(const struct route *route, struct buffer *out)
{
    struct buffer id = {0};
    buffer_text(&id, route->method);
    buffer_text(&id, route->path + (strncmp(route->path, "/api/v1", 7) == 0 ? 7 : 0));
    for (size_t i = 0; i < id.bytes; i++)
        id.at[i] =
            (char)(isalnum((unsigned char)id.at[i]) ? tolower((unsigned char)id.at[i]) : '_');
    json_member_string(out, "operationId", buffer_view(&id));
    buffer_done(&id);
}

static void put_operation(const struct route *route, struct buffer *out)
{
    char method[8];
    size_t i = 0;
    for (; route->method[i] && i + 1 < sizeof method; i++)
        method[i] = (char)tolower((unsigned char)route->method[i]);
    method[i] = '\0';
    json_put_key(out, method);
    buffer_text(out, "{");
    put_operation_id(route, out);
    json_member_text(out, "summary", route->summary);
    json_put_key(out, "x-anbu-roles");
    buffer_text(out, "[");
    for (int role = 0; role < ROLE_COUNT; role++)
        if (route->roles & 1u << role) {
            json_put_item(out);
            json_put_string(out, text_of(role_names[role]));
        }
    buffer_text(out, "]");
    put_parameters(route, out);
    if (strcmp(route->method, "POST") == 0)
        put_body(route, out);
    put_responses(route, out);
    buffer_text(out, "}");
}

/* All methods of a path stand together. */
static void put_paths(struct buffer *out)
{
    json_put_key(out, "paths");
    buffer_text(out, "{");
    for (size_t i = 0; i < route_count; i++) {
        size_t first = 0;
        while (strcmp(routes[first].path, routes[i].path) != 0)
            first++;
        if (first < i)
            continue;
        json_put_key(out, routes[i].path);
        buffer_text(out, "{");
        for (size_t k = i; k < route_count; k++)
            if (strcmp(routes[k].path, routes[i].path) == 0)
                put_operation(&routes[k], out);
        buffer_text(out, "}");
    }
    buffer_text(out, "}");
}

void openapi_write(struct buffer *out)
{
    put_quoted(out,
               "{'openapi':'3.1.0','info':{'title':'Anbu','version':'" ANBU_VERSION
               "','description':'The HTTP API of anbud; docs/formats.md says it in words. Over "
               "the unix socket the kernel says who asks.','license':{'name':'Apache-2.0',"
               "'identifier':'Apache-2.0'}},'servers':[{'url':'/'}],"
               "'security':[{'session':[],'csrf':[]},{'token':[]},{}]");
    put_paths(out);
    put_quoted(out,
               ",'components':{'securitySchemes':{'session':{'type':'apiKey','in':'cookie','name':"
               "'anbu_session'},'csrf':{'type':'apiKey','in':'header','name':'Anbu-CSRF',"
               "'description':'of changes'},'token':{'type':'http','scheme':'bearer'}},"
               "'responses':{'Problem':{'description':'RFC 9457','content':{"
               "'application/problem+json':{'schema':{'$ref':'#/components/schemas/Problem'}}}}},"
               "'schemas':");
    put_quoted(out, schemas);
    buffer_text(out, "}}");
}

void openapi_page(struct buffer *out)
{
    struct buffer line = {0};
    openapi_write(&line);
    json_t *json = json_loadb(line.at, line.bytes, JSON_REJECT_DUPLICATES, NULL);
    char *page = json ? json_dumps(json, JSON_INDENT(1)) : NULL;
    buffer_text(out, page ? page : "");
    buffer_text(out, "\n");
    free(page);
    json_decref(json);
    buffer_done(&line);
}
