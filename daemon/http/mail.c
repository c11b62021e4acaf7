/* SPDX-License-Identifier: Apache-2.0 */
#include "http/mail.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#define REFUSED_FROM 400

struct mailer {
    CURL *curl;
    const struct mail_post *post; /* under way */
    struct mail_answer *answer;
    size_t sent; /* bytes of the message */
};

enum err mailer_new(struct mailer **out, struct fault *fault)
{
    CURL *curl = curl_easy_init();
    if (!curl)
        return fault_set(fault, ERR_IO, "libcurl cannot be initialised");
    struct mailer *mailer = memory_get(sizeof *mailer);
    mailer->curl = curl;
    *out = mailer;
    return ERR_OK;
}

void mailer_free(struct mailer *mailer)
{
    if (!mailer)
        return;
    curl_easy_cleanup(mailer->curl);
    free(mailer);
}

static size_t give(char *at, size_t size, size_t count, void *context)
{
    struct mailer *mailer = context;
    size_t left = mailer->post->message.bytes - mailer->sent, room = size * count;
    size_t bytes = left < room ? left : room;
    memcpy(at, mailer->post->message.at + mailer->sent, bytes);
    mailer->sent += bytes;
    return bytes;
}

/* Which command the last answer belongs to. Nothing else is kept: what follows AUTH is a secret. */
static int overhear(CURL *curl, curl_infotype kind, char *at, size_t bytes, void *context)
{
    struct mailer *mailer = context;
    size_t n = 0;
    (void)curl;
    if (kind != CURLINFO_HEADER_OUT || !mailer->answer) /* a connection is closed later */
        return 0;
    char *command = mailer->answer->command;
    while (n < bytes && n + 1 < sizeof mailer->answer->command && at[n] >= 'A' && at[n] <= 'Z')
        n++;
    bool whole = n > 0 && (n == bytes || at[n] == ' ' || at[n] == '\r');
    if (!whole || (n == 4 && memcmp(at, "QUIT", 4) == 0)) /* follows a refusal */
        return 0;
    memcpy(command, at, n);
    command[n] = '\0';
    return 0;
}

/* Non-zero ends the transfer. */
static int look(void *context, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
                curl_off_t up)
{
    const struct mailer *mailer = context;
    (void)down_all;
    (void)down;
    (void)up_all;
    (void)up;
    return mailer->post && mailer->post->stopping && atomic_load(mailer->post->stopping);
}

static CURLcode prepare(struct mailer *mailer, const struct mail_post *post, struct curl_slist *to)
{
    CURL *curl = mailer->curl;
    const CURLcode codes[] = {
        curl_easy_setopt(curl, CURLOPT_URL, post->url),
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps"),
        curl_easy_setopt(curl, CURLOPT_USE_SSL,
                         (long)(post->clear ? CURLUSESSL_NONE : CURLUSESSL_ALL)),
        post->ca[0] ? curl_easy_setopt(curl, CURLOPT_CAINFO, post->ca) : CURLE_OK,
        post->user[0] ? curl_easy_setopt(curl, CURLOPT_USERNAME, post->user) : CURLE_OK,
        post->user[0] ? curl_easy_setopt(curl, CURLOPT_PASSWORD, post->password) : CURLE_OK,
        curl_easy_setopt(curl, CURLOPT_MAIL_FROM, post->from),
        curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to),
        curl_easy_setopt(curl, CURLOPT_PROXY, ""),
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L),
        curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, post->timeout_ms),
        curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L),
        curl_easy_setopt(curl, CURLOPT_READFUNCTION, give),
        curl_easy_setopt(curl, CURLOPT_READDATA, mailer),
        curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)post->message.bytes),
        curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L), /* for `overhear` alone: nothing is printed */
        curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, overhear),
        curl_easy_setopt(curl, CURLOPT_DEBUGDATA, mailer),
        curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L),
        curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look),
        curl_easy_setopt(curl, CURLOPT_XFERINFODATA, mailer),
    };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i])
            return codes[i];
    return CURLE_OK;
}

enum err mailer_send(struct mailer *mailer, const struct mail_post *post,
                     struct mail_answer *answer, struct fault *fault)
{
    enum err err = ERR_OK;
    *answer = (struct mail_answer){.code = 0};
    *mailer = (struct mailer){.curl = mailer->curl, .post = post, .answer = answer};
    curl_easy_reset(mailer->curl); /* the connection stays */
    struct curl_slist *to = curl_slist_append(NULL, post->to);
    if (!to)
        return fault_set(fault, ERR_IO, "no memory for a mail");
    CURLcode code = prepare(mailer, post, to);
    if (!code)
        code = curl_easy_perform(mailer->curl);
    if (code)
        (void)curl_easy_getinfo(mailer->curl, CURLINFO_RESPONSE_CODE, &answer->code);
    if (code == CURLE_OPERATION_TIMEDOUT)
        err = fault_set(fault, ERR_TIMEOUT, "no answer within %ld s",
                        (post->timeout_ms + 999) / 1000);
    else if (code && answer->code < REFUSED_FROM)
        err = fault_set(fault, ERR_UNREACHABLE, "%s", curl_easy_strerror(code));
    curl_slist_free_all(to);
    /* Not after this call. */
    mailer->post = NULL;
    mailer->answer = NULL;
    return err;
}
