/* SPDX-License-Identifier: Apache-2.0 */
#include "http/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>

void http_answer_done(struct http_answer *answer)
{
    buffer_done(&answer->body);
    answer->status = 0;
}

void http_escape(struct text from, struct buffer *out)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (size_t i = 0; i < from.bytes; i++) {
        if (from.at[i] && strchr(plain, from.at[i]))
            buffer_add(out, from.at + i, 1);
        else
            buffer_format(out, "%%%02X", (unsigned char)from.at[i]);
    }
}

static size_t take(char *at, size_t size, size_t count, void *context)
{
    struct buffer *body = context;
    size_t bytes = size * count;
    if (bytes > HTTP_ANSWER_BYTES_MAX - body->bytes)
        return 0; /* ends the transfer with CURLE_WRITE_ERROR */
    buffer_add(body, at, bytes);
    return bytes;
}

static enum err failure(CURL *curl, CURLcode code, const struct http_request *request,
                        struct fault *fault)
{
    long os_error = 0;
    (void)curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &os_error);
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return fault_set(fault, ERR_TIMEOUT, "%s: no answer within %ld s", request->unix_socket,
                         (request->timeout_ms + 999) / 1000);
    case CURLE_WRITE_ERROR:
        return fault_set(fault, ERR_TOO_LARGE, "%s: the answer to %s is longer than %d MiB",
                         request->unix_socket, request->path_and_query,
                         HTTP_ANSWER_BYTES_MAX / (1024 * 1024));
    case CURLE_COULDNT_CONNECT:
        if (os_error == EACCES)
            return fault_set(fault, ERR_DENIED, "%s: permission denied", request->unix_socket);
        return fault_set(fault, ERR_UNREACHABLE, "%s: %s", request->unix_socket,
                         os_error ? strerror((int)os_error) : "cannot be connected to");
    default:
        return fault_set(fault, ERR_UNREACHABLE, "%s: %s", request->unix_socket,
                         curl_easy_strerror(code));
    }
}

static CURLcode prepare(CURL *curl, const struct http_request *request, const char *url,
                        struct curl_slist *headers, struct buffer *body)
{
    CURLcode codes[] = {
        curl_easy_setopt(curl, CURLOPT_URL, url),
        curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, request->unix_socket),
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L),
        curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L),
        curl_easy_setopt(curl, CURLOPT_PROXY, ""),
        curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, request->timeout_ms),
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers),
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take),
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, body),
        request->body ? curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body) : CURLE_OK,
        request->method ? curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method) : CURLE_OK,
    };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i])
            return codes[i];
    return CURLE_OK;
}

/* NULL on lack of memory; the old list is freed then. */
static struct curl_slist *header_add(struct curl_slist *list, const char *header)
{
    struct curl_slist *longer = curl_slist_append(list, header);
    if (!longer)
        curl_slist_free_all(list);
    return longer;
}

enum err http_unix(const struct http_request *request, struct http_answer *answer,
                   struct fault *fault)
{
    enum err err = ERR_OK;
    struct buffer url = {0};
    struct curl_slist *headers = header_add(NULL, "Content-Type: application/json");
    CURL *curl = curl_easy_init();
    for (size_t i = 0; headers && request->headers && request->headers[i]; i++)
        headers = header_add(headers, request->headers[i]);
    /* Do not wait for "100 Continue": bodies are small. */
    headers = headers ? header_add(headers, "Expect:") : NULL;
    if (!curl || !headers) {
        err = fault_set(fault, ERR_IO, "libcurl cannot be initialised");
        goto out;
    }
    buffer_format(&url, "http://anbud%s", request->path_and_query);
    CURLcode code = prepare(curl, request, url.at, headers, &answer->body);
    if (!code)
        code = curl_easy_perform(curl);
    if (code) {
        err = failure(curl, code, request, fault);
        goto out;
    }
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
out:
    if (err)
        http_answer_done(answer);
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    buffer_done(&url);
    return err;
}
