/* SPDX-License-Identifier: Apache-2.0 */
#include "base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

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

bool address_item_parse(struct text text, struct address *out)
{
    char place[ADDRESS_TEXT_MAX];
    return text_copy(text, place, sizeof place) && address_parse(place, out);
}

bool address_equal(const struct address *a, const struct address *b)
{
    char text_a[ADDRESS_TEXT_MAX], text_b[ADDRESS_TEXT_MAX];
    address_text(a, text_a);
    address_text(b, text_b);
    return strcmp(text_a, text_b) == 0;
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

/* ---- hosts without a port ---- */

bool address_host_parse(const char *text, struct address *out)
{
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    *out = (struct address){.bytes = 0};
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1) {
        out->bytes = sizeof four;
        memcpy(&out->socket, &four, sizeof four);
    } else if (inet_pton(AF_INET6, text, &six.sin6_addr) == 1) {
        out->bytes = sizeof six;
        memcpy(&out->socket, &six, sizeof six);
    }
    return out->bytes > 0;
}

/* As IPv6 has it, so that there is one kind to compare. */
static void host_bytes(const struct address *address, unsigned char out[16])
{
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    if (address->socket.ss_family == AF_INET6) {
        memcpy(&six, &address->socket, sizeof six);
        memcpy(out, &six.sin6_addr, 16);
        return;
    }
    memcpy(&four, &address->socket, sizeof four);
    memset(out, 0, 10);
    memset(out + 10, 0xff, 2);
    memcpy(out + 12, &four.sin_addr, 4);
}

/* "10.0.0.0/8" */
static bool network_parse(struct text text, unsigned char out[16], unsigned *bits)
{
    char host[ADDRESS_TEXT_MAX];
    struct address address;
    if (!text_copy(text, host, sizeof host))
        return false;
    char *slash = strchr(host, '/');
    if (slash)
        *slash = '\0';
    if (!address_host_parse(host, &address))
        return false;
    unsigned all = address.socket.ss_family == AF_INET6 ? 128 : 32, own = all;
    if (slash) {
        size_t digits = strspn(slash + 1, "0123456789");
        if (digits == 0 || digits > 3 || slash[1 + digits])
            return false;
        own = 0;
        for (const char *at = slash + 1; *at; at++)
            own = own * 10 + (unsigned)(*at - '0');
    }
    *bits = 128 - all + own;
    host_bytes(&address, out);
    return own <= all;
}

static bool is_within(const unsigned char host[16], const unsigned char network[16], unsigned bits)
{
    for (unsigned i = 0; i < bits; i++)
        if ((host[i / 8] ^ network[i / 8]) >> (7 - i % 8) & 1)
            return false;
    return true;
}

bool address_list_fits(const char *list)
{
    unsigned char network[16];
    unsigned bits;
    for (const char *at = list;; at++) {
        size_t bytes = strcspn(at, ",");
        if (!network_parse((struct text){at, bytes}, network, &bits))
            return false;
        at += bytes;
        if (!*at)
            return true;
    }
}

bool address_is_among(const struct address *address, const char *list)
{
    unsigned char host[16], network[16];
    unsigned bits;
    host_bytes(address, host);
    for (const char *at = list; *at;) {
        size_t bytes = strcspn(at, ",");
        if (network_parse((struct text){at, bytes}, network, &bits) &&
            is_within(host, network, bits))
            return true;
        at += bytes + (at[bytes] == ',');
    }
    return false;
}
