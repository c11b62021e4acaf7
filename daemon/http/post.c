/* SPDX-License-Identifier: Apache-2.0 */
#include <curl/curl.h>

#include "http/client.h"

static size_t pass_over(char *at, size_t size, size_t count, void *context)
{
    (void)at;
    (void)context;
    return size * count;
}

/* Non-zero ends the transfer. */
static int look(void *context, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
                curl_off_t up)
{
    const struct http_post *post = context;
    (void)down_all;
    (void)down;
    (void)up_all;
    (void)up;
    return post->stopping && atomic_load(post->stopping);
}

static CURLcode prepare(CURL *curl, const struct http_post *post, struct curl_slist *headers)
{
    const CURLcode codes[] = {
        curl_easy_setopt(curl, CURLOPT_URL, post->url),
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https"),
        curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L),
        post->ca[0] ? curl_easy_setopt(curl, CURLOPT_CAINFO, post->ca) : CURLE_OK,
        curl_easy_setopt(curl, CURLOPT_PROXY, ""),
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L),
        curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, post->timeout_ms),
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers),
        curl_easy_setopt(curl, CURLOPT_POST, 1L),
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, post->body.at),
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->body.bytes),
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, pass_over),
        curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L),
        curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look),
        curl_easy_setopt(curl, CURLOPT_XFERINFODATA, post),
    };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i])
            return codes[i];
    return CURLE_OK;
}

static struct curl_slist *list_of(const char *const *headers)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:"); /* bodies are small */
    for (size_t i = 0; list && headers && headers[i]; i++) {
        struct curl_slist *longer = curl_slist_append(list, headers[i]);
        if (!longer)
            curl_slist_free_all(list);
        list = longer;
    }
    return list;
}

enum err http_post(const struct http_post *post, struct http_posted *out, struct fault *fault)
{
    enum err err = ERR_OK;
    curl_off_t after_s = 0;
    CURLcode code;
    struct curl_slist *headers = list_of(post->headers);
    CURL *curl = curl_easy_init();
    if (!curl || !headers) {
        err = fault_set(fault, ERR_IO, "libcurl cannot be initialised");
        goto out;
    }
    code = prepare(curl, post, headers);
    if (!code)
        code = curl_easy_perform(curl);
    if (code == CURLE_OPERATION_TIMEDOUT)
        err = fault_set(fault, ERR_TIMEOUT, "no answer within %ld s",
                        (post->timeout_ms + 999) / 1000);
    else if (code)
        err = fault_set(fault, ERR_UNREACHABLE, "%s", curl_easy_strerror(code));
    else
        (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &out->status);
    if (!code && !curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &after_s))
        out->retry_after_s = (int64_t)after_s;
out:
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    return err;
}
