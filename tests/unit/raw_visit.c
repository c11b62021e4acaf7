/* SPDX-License-Identifier: Apache-2.0 */
#include "raw_visit.h"

#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api_world.h"
#include "base/address.h"

static int send_at(size_t place, const char *method, const char *path, const char *body,
                   const char *headers)
{
    struct address address;
    struct buffer text = {0};
    ck_assert(address_parse(api_address(aw_api, place), &address));
    int fd = socket(address.socket.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address.socket, address.bytes), 0);
    buffer_format(&text, "%s %s HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n%s", method, path,
                  headers ? headers : "");
    buffer_format(&text, "Content-Length: %zu\r\n\r\n%s", body ? strlen(body) : 0,
                  body ? body : "");
    ck_assert_int_eq(send(fd, text.at, text.bytes, 0), (ssize_t)text.bytes);
    buffer_done(&text);
    return fd;
}

int raw_send(const char *method, const char *path, const char *body, const char *headers)
{
    return send_at(0, method, path, body, headers);
}

int raw_ask_at(size_t place, const char *method, const char *path, const char *body,
               const char *headers, char answer[RAW_ANSWER_MAX])
{
    return raw_read(send_at(place, method, path, body, headers), answer);
}

void raw_close(int fd)
{
    (void)close(fd);
}

int raw_read(int fd, char answer[RAW_ANSWER_MAX])
{
    size_t used = 0;
    ssize_t n;
    answer[0] = '\0';
    /* Live events have no end. */
    while (!strstr(answer, "text/event-stream") &&
           (n = recv(fd, answer + used, RAW_ANSWER_MAX - 1 - used, 0)) > 0) {
        used += (size_t)n;
        answer[used] = '\0';
    }
    raw_close(fd);
    ck_assert_msg(strncmp(answer, "HTTP/1.1 ", 9) == 0, "%s", answer);
    return (int)strtol(answer + 9, NULL, 10);
}

int raw_ask(const char *method, const char *path, const char *body, const char *headers,
            char answer[RAW_ANSWER_MAX])
{
    return raw_read(raw_send(method, path, body, headers), answer);
}

void raw_path(const struct route *route, char *out, size_t out_bytes)
{
    const char *id = strstr(route->path, "{id}");
    if (id)
        (void)snprintf(out, out_bytes, "%.*szzzzzzzz%s", (int)(id - route->path), route->path,
                       id + 4);
    else
        (void)snprintf(out, out_bytes, "%s", route->path);
}
