/* SPDX-License-Identifier: Apache-2.0
 *
 * A place to listen at: a numeric address and a port, "127.0.0.1:9464" or "[::1]:9464". No names:
 * what one resolves to is somebody else's to change.
 */
#ifndef ANBU_BASE_ADDRESS_H
#define ANBU_BASE_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/text.h"

#define ADDRESS_TEXT_MAX 64

struct address {
    struct sockaddr_storage socket;
    socklen_t bytes;
};

bool address_parse(const char *text, struct address *out);
bool address_item_parse(struct text text, struct address *out);
bool address_equal(const struct address *a, const struct address *b);
/* One without a port, as a proxy or a list has it: "10.1.2.3", "2001:db8::1". */
bool address_host_parse(const char *text, struct address *out);
/* "10.0.0.0/8,::1": addresses and networks, commas between. */
bool address_list_fits(const char *list);
/* Whether the host is one of them, whatever its port; an IPv4 address may come as "::ffff:". */
bool address_is_among(const struct address *address, const char *list);
/* Nobody but this machine can reach it. */
bool address_is_loopback(const struct address *address);
void address_text(const struct address *address, char out[ADDRESS_TEXT_MAX]);

#endif
