/* SPDX-License-Identifier: Apache-2.0 */
#include "visitor.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "api_world.h"

#define PASSWORD "a quiet river at night"

char visitor_answer[RAW_ANSWER_MAX];
static char cookie[80], csrf[80];

static void cut(const char *mark, char *out, size_t out_bytes)
{
    const char *at = strstr(visitor_answer, mark);
    ck_assert_msg(at, "no %s in %s", mark, visitor_answer);
    (void)snprintf(out, out_bytes, "%.64s", at + strlen(mark));
}

void visitor_returns(const char *name)
{
    char body[200];
    (void)snprintf(body, sizeof body, "{\"name\":\"%s\",\"password\":\"" PASSWORD "\"}", name);
    cookie[0] = csrf[0] = '\0';
    ck_assert_int_eq(visitor_asks("POST", "/api/v1/session", body), 200);
    cut("anbu_session=", cookie, sizeof cookie);
    cut("\"csrf\":\"", csrf, sizeof csrf);
}

void visitor_comes(const struct visitor *visitor)
{
    struct account account = {.role = visitor->role, .team = visitor->team};
    (void)snprintf(account.name, sizeof account.name, "%s", visitor->name);
    (void)snprintf(account.areas, sizeof account.areas, "%s", visitor->areas);
    ck_assert_int_eq(account_password_set(&account, PASSWORD, &aw_fault), ERR_OK);
    ck_assert_int_eq(account_save(aw_store, &account, &aw_fault), ERR_OK);
    visitor_returns(visitor->name);
}

int visitor_asks(const char *method, const char *path, const char *body)
{
    struct buffer lines = {0};
    if (cookie[0])
        buffer_format(&lines, "Cookie: anbu_session=%s\r\nAnbu-CSRF: %s\r\n", cookie, csrf);
    int status = raw_ask(method, path, body, buffer_view(&lines).at, visitor_answer);
    buffer_done(&lines);
    return status;
}

void visitor_reads(const char *part)
{
    ck_assert_msg(strstr(visitor_answer, part), "no %s in %s", part, visitor_answer);
}

void visitor_reads_not(const char *part)
{
    ck_assert_msg(!strstr(visitor_answer, part), "%s in %s", part, visitor_answer);
}
