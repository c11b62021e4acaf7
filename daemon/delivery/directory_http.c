/* SPDX-License-Identifier: Apache-2.0
 *
 * A directory behind HTTP: GET URL/HOUSEHOLD with a bearer token.
 */
#include <stdlib.h>
#include <string.h>

#include "delivery/directory.h"
#include "http/client.h"

struct directory_http {
    char url[OPTION_TEXT_MAX], ca[OPTION_TEXT_MAX];
    char authorization[OPTION_TEXT_MAX + 32];
    long timeout_ms;
};

void *directory_http_new(const struct settings *settings)
{
    struct directory_http *http = memory_get(sizeof *http);
    size_t bytes = strlen(settings->directory.url);
    while (bytes > 0 && settings->directory.url[bytes - 1] == '/')
        bytes--;
    (void)text_copy((struct text){settings->directory.url, bytes}, http->url, sizeof http->url);
    (void)snprintf(http->authorization, sizeof http->authorization, "Authorization: Bearer %s",
                   settings->directory.token);
    (void)text_copy(text_of(settings->directory.ca), http->ca, sizeof http->ca);
    http->timeout_ms = (long)settings->directory.timeout_s * 1000;
    return http;
}

static enum err answer_read(long status, struct text body, struct text household,
                            struct directory_entry *out, struct fault *fault)
{
    if (status == 404)
        return ERR_NOT_FOUND;
    if (status == 401 || status == 403)
        return fault_set(fault, ERR_DENIED, "it answers with status %ld: is directory.token right?",
                         status);
    if (status != 200)
        return fault_set(fault, ERR_UNREACHABLE, "it answers with status %ld", status);
    return directory_read(body, household, out, fault);
}

static enum err look_up(void *adapter, struct text household, struct directory_entry *out,
                        struct fault *fault)
{
    const struct directory_http *http = adapter;
    struct buffer url = {0}, body = {0};
    long status = 0;
    memset(out, 0, sizeof *out);
    buffer_format(&url, "%s/", http->url);
    http_escape(household, &url);
    const struct http_ask ask = {.url = url.at,
                                 .ca = http->ca,
                                 .authorization = http->authorization,
                                 .path_as_is = true,
                                 .timeout_ms = http->timeout_ms,
                                 .bytes_max = DIRECTORY_BYTES_MAX};
    enum err err = http_ask(&ask, &status, &body, fault);
    if (!err)
        err = answer_read(status, buffer_view(&body), household, out, fault);
    if (body.at)
        explicit_bzero(body.at, body.room);
    buffer_done(&body);
    buffer_done(&url);
    return err;
}

static void http_free(void *adapter)
{
    explicit_bzero(adapter, sizeof(struct directory_http));
    free(adapter);
}

const struct directory_ops directory_http_ops = {
    .name = "http", .look_up = look_up, .free = http_free};
