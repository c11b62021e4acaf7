/* SPDX-License-Identifier: Apache-2.0
 *
 * A place to listen at: a numeric address and a port, "127.0.0.1:9464" or "[::1]:9464". No names:
 * what one resolves to is somebody else's to change.
 */
#ifndef ANBU_BASE_ADDRESS_H
#define ANBU_BASE_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

#define ADDRESS_TEXT_MAX 64

struct address {
    struct sockaddr_storage socket;
    socklen_t bytes;
};

bool address_parse(const char *text, struct address *out);
/* Nobody but this machine can reach it. */
bool address_is_loopback(const struct address *address);
void address_text(const struct address *address, char out[ADDRESS_TEXT_MAX]);

#endif
