/* SPDX-License-Identifier: Apache-2.0 */
#include "base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static bool port_parse(const char *text, in_port_t *out)
{
    unsigned port = 0;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 5 || text[digits])
        return false;
    for (; *text; text++)
        port = port * 10 + (unsigned)(*text - '0');
    *out = htons((uint16_t)port);
    return port <= UINT16_MAX;
}

bool address_parse(const char *text, struct address *out)
{
    char host[ADDRESS_TEXT_MAX];
    const char *colon = strrchr(text, ':');
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    bool brackets = text[0] == '[' && colon && colon > text + 1 && colon[-1] == ']';
    if (!colon || !text_copy((struct text){text + brackets, (size_t)(colon - text) - 2 * brackets},
                             host, sizeof host))
        return false;
    *out = (struct address){.bytes = brackets ? sizeof six : sizeof four};
    if (brackets) {
        if (inet_pton(AF_INET6, host, &six.sin6_addr) != 1 ||
            !port_parse(colon + 1, &six.sin6_port))
            return false;
        memcpy(&out->socket, &six, sizeof six);
        return true;
    }
    if (inet_pton(AF_INET, host, &four.sin_addr) != 1 || !port_parse(colon + 1, &four.sin_port))
        return false;
    memcpy(&out->socket, &four, sizeof four);
    return true;
}

bool address_is_loopback(const struct address *address)
{
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    if (address->socket.ss_family == AF_INET6) {
        memcpy(&six, &address->socket, sizeof six);
        return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
    }
    memcpy(&four, &address->socket, sizeof four);
    return ntohl(four.sin_addr.s_addr) >> 24 == 127;
}

void address_text(const struct address *address, char out[ADDRESS_TEXT_MAX])
{
    char host[INET6_ADDRSTRLEN] = "";
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    if (address->socket.ss_family == AF_INET6) {
        memcpy(&six, &address->socket, sizeof six);
        (void)inet_ntop(AF_INET6, &six.sin6_addr, host, sizeof host);
        (void)snprintf(out, ADDRESS_TEXT_MAX, "[%s]:%u", host, ntohs(six.sin6_port));
        return;
    }
    memcpy(&four, &address->socket, sizeof four);
    (void)inet_ntop(AF_INET, &four.sin_addr, host, sizeof host);
    (void)snprintf(out, ADDRESS_TEXT_MAX, "%s:%u", host, ntohs(four.sin_port));
}
