/* SPDX-License-Identifier: Apache-2.0 */
#include <curl/curl.h>

#include "http/client.h"

struct taking {
    const struct http_ask *ask;
    struct buffer *body;
};

/* Fewer than given: the transfer ends. */
static size_t take(char *at, size_t size, size_t count, void *context)
{
    struct taking *taking = context;
    if (taking->body->bytes + size * count > taking->ask->bytes_max)
        return 0;
    buffer_add(taking->body, at, size * count);
    return size * count;
}

/* Non-zero ends the transfer. */
static int look(void *context, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
                curl_off_t up)
{
    const struct http_ask *ask = context;
    (void)down_all;
    (void)down;
    (void)up_all;
    (void)up;
    return ask->stopping && atomic_load(ask->stopping);
}

static CURLcode prepare(CURL *curl, const struct http_ask *ask, struct curl_slist *headers,
                        struct taking *taking)
{
    bool post = ask->form.at != NULL;
    const CURLcode codes[] = {
        curl_easy_setopt(curl, CURLOPT_URL, ask->url),
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https"),
        curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L),
        curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, ask->path_as_is ? 1L : 0L),
        curl_easy_setopt(curl, CURLOPT_PROXY, ""),
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L),
        curl_easy_setopt(curl, CURLOPT_USERAGENT, "anbu/" ANBU_VERSION),
        curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, ask->timeout_ms),
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers),
        ask->ca[0] ? curl_easy_setopt(curl, CURLOPT_CAINFO, ask->ca) : CURLE_OK,
        post ? curl_easy_setopt(curl, CURLOPT_POST, 1L) : CURLE_OK,
        post ? curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ask->form.at) : CURLE_OK,
        post ? curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)ask->form.bytes)
             : CURLE_OK,
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take),
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, taking),
        curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L),
        curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look),
        curl_easy_setopt(curl, CURLOPT_XFERINFODATA, ask),
    };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i])
            return codes[i];
    return CURLE_OK;
}

static struct curl_slist *list_of(const char *authorization)
{
    struct curl_slist *list = curl_slist_append(NULL, "Accept: application/json");
    const char *const more[] = {"Expect:", authorization}; /* bodies are small */
    for (size_t i = 0; list && i < 2 && more[i]; i++) {
        struct curl_slist *longer = curl_slist_append(list, more[i]);
        if (!longer)
            curl_slist_free_all(list);
        list = longer;
    }
    return list;
}

enum err http_ask(const struct http_ask *ask, long *status, struct buffer *body,
                  struct fault *fault)
{
    enum err err = ERR_OK;
    struct taking taking = {ask, body};
    struct curl_slist *headers = list_of(ask->authorization);
    CURL *curl = curl_easy_init();
    if (!curl || !headers) {
        err = fault_set(fault, ERR_IO, "libcurl cannot be initialised");
        goto out;
    }
    CURLcode code = prepare(curl, ask, headers, &taking);
    if (!code)
        code = curl_easy_perform(curl);
    if (code == CURLE_OPERATION_TIMEDOUT)
        err =
            fault_set(fault, ERR_TIMEOUT, "no answer within %ld s", (ask->timeout_ms + 999) / 1000);
    else if (code == CURLE_WRITE_ERROR)
        err = fault_set(fault, ERR_TOO_LARGE,
                        "its answer is longer than %zu bytes, more than is read", ask->bytes_max);
    else if (code)
        err = fault_set(fault, ERR_UNREACHABLE, "%s", curl_easy_strerror(code));
    else
        (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
out:
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    return err;
}
