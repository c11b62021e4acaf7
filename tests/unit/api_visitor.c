/* SPDX-License-Identifier: Apache-2.0 */
#include "api_visitor.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/address.h"

void visitor_done(struct visitor *visitor)
{
    buffer_done(&visitor->answer);
}

void visitor_account(const char *name, enum role role, int team)
{
    struct account account = {.role = role, .team = team};
    (void)snprintf(account.name, sizeof account.name, "%s", name);
    ck_assert_int_eq(account_password_set(&account, VISITOR_PASSWORD, &aw_fault), ERR_OK);
    ck_assert_int_eq(account_save(aw_store, &account, &aw_fault), ERR_OK);
}

static void cut(const struct visitor *visitor, const char *mark, char *out, size_t out_bytes)
{
    const char *at = strstr(buffer_view(&visitor->answer).at, mark);
    ck_assert_msg(at, "no %s in %s", mark, buffer_view(&visitor->answer).at);
    (void)snprintf(out, out_bytes, "%.64s", at + strlen(mark));
}

void visitor_sign_in(struct visitor *visitor, const char *name)
{
    char body[200];
    (void)snprintf(body, sizeof body, "{\"name\":\"%s\",\"password\":\"" VISITOR_PASSWORD "\"}",
                   name);
    visitor->cookie[0] = visitor->csrf[0] = '\0';
    ck_assert_int_eq(visitor_ask(visitor, "POST", "/api/v1/session", body, NULL), 200);
    cut(visitor, "anbu_session=", visitor->cookie, sizeof visitor->cookie);
    cut(visitor, "\"csrf\":\"", visitor->csrf, sizeof visitor->csrf);
}

static void put_head(const struct visitor *visitor, const char *method, const char *path,
                     const char *headers, struct buffer *out)
{
    buffer_format(out, "%s %s HTTP/1.1\r\nHost: desk\r\n%s", method, path, headers ? headers : "");
    if (visitor && visitor->cookie[0])
        buffer_format(out, "Cookie: anbu_session=%s\r\n", visitor->cookie);
    if (visitor && visitor->csrf[0])
        buffer_format(out, "Anbu-CSRF: %s\r\n", visitor->csrf);
}

int visitor_ask(struct visitor *visitor, const char *method, const char *path, const char *body,
                const char *headers)
{
    struct buffer text = {0};
    int fd = line_open(true);
    put_head(visitor, method, path, headers, &text);
    buffer_format(&text, "Connection: close\r\nContent-Length: %zu\r\n\r\n%s",
                  body ? strlen(body) : 0, body ? body : "");
    line_send(fd, text.at);
    buffer_done(&text);
    buffer_clear(&visitor->answer);
    ck_assert(line_ends(fd, &visitor->answer));
    (void)close(fd);
    const char *answer = buffer_view(&visitor->answer).at;
    ck_assert_msg(strncmp(answer, "HTTP/1.1 ", 9) == 0, "%s", answer);
    return (int)strtol(answer + 9, NULL, 10);
}

int line_open(bool net)
{
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    struct address address;
    const struct timeval patience = {.tv_sec = 10};
    ck_assert(text_copy(text_of(aw_socket), local.sun_path, sizeof local.sun_path));
    ck_assert(address_parse(api_address(aw_api, 0), &address));
    int fd = socket(net ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(net ? connect(fd, (const struct sockaddr *)&address.socket, address.bytes)
                         : connect(fd, (const struct sockaddr *)&local, sizeof local),
                     0);
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    return fd;
}

void line_send(int fd, const char *bytes)
{
    ck_assert_int_eq(send(fd, bytes, strlen(bytes), MSG_NOSIGNAL), (ssize_t)strlen(bytes));
}

int line_get(const struct visitor *visitor, const char *path, const char *headers)
{
    struct buffer text = {0};
    int fd = line_open(visitor);
    put_head(visitor, "GET", path, headers, &text);
    buffer_text(&text, "\r\n");
    line_send(fd, text.at);
    buffer_done(&text);
    return fd;
}

void line_expect(int fd, const char *text, struct buffer *read)
{
    char part[4096];
    ssize_t n = 1;
    while (!strstr(buffer_view(read).at, text) && (n = recv(fd, part, sizeof part, 0)) > 0)
        buffer_add(read, part, (size_t)n);
    ck_assert_msg(n > 0, "no %s in\n%s", text, buffer_view(read).at);
}

bool line_ends(int fd, struct buffer *read)
{
    char part[4096];
    ssize_t n;
    while ((n = recv(fd, part, sizeof part, 0)) > 0)
        buffer_add(read, part, (size_t)n);
    return n == 0 || errno == ECONNRESET; /* it had not read all of ours */
}
