/* SPDX-License-Identifier: Apache-2.0
 *
 * The network's door: its socket, its certificate.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/metrics.h"
#include "base/zone.h"
#include "console/certificate.h"
#include "console/server.h"

#define BACKLOG 64

/* Where an IPv4 place is named as well, an IPv6 one leaves it alone: [::] would take both. */
static bool is_one_of_two_kinds(const struct door *door)
{
    struct address address;
    for (size_t i = 0; i < door->place_count; i++)
        if (address_parse(door->places[i].listen, &address) && address.socket.ss_family == AF_INET)
            return true;
    return false;
}

enum err door_listen(const struct door *door, struct gate *place, int *out, struct fault *fault)
{
    struct address address;
    int yes = 1;
    if (!address_parse(place->listen, &address))
        return fault_set(fault, ERR_CONFIG, "console.listen: %s is not ADDRESS:PORT",
                         place->listen);
    int fd = socket(address.socket.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0) {
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        if (address.socket.ss_family == AF_INET6 && is_one_of_two_kinds(door))
            (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
    }
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address.socket, address.bytes) < 0 ||
        listen(fd, BACKLOG) < 0 ||
        getsockname(fd, (struct sockaddr *)&address.socket, &address.bytes) < 0) {
        bool may_change = errno == EADDRINUSE || errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT;
        enum err err = fault_set(fault, may_change ? ERR_BUSY : ERR_IO,
                                 "console.listen: %s: %s; set console.listen to another place, or "
                                 "to nothing for no page",
                                 place->listen, strerror(errno));
        if (fd >= 0)
            (void)close(fd);
        return err;
    }
    address_text(&address, place->address);
    *out = fd;
    return ERR_OK;
}

static void places_take(const char *listen, struct door *out)
{
    struct text item;
    while (out->place_count < CONSOLE_LISTEN_MAX && text_item(&listen, &item))
        (void)text_copy(item, out->places[out->place_count++].listen, ADDRESS_TEXT_MAX);
}

enum err door_open(const struct settings *settings, struct door *out, struct fault *fault)
{
    const char *certificate = settings->console.tls_certificate;
    out->behind_proxy = settings->console.behind_proxy;
    out->proxies = settings->console.proxies;
    out->secure = certificate[0] || out->behind_proxy;
    out->session_max_ms = settings->console.session_max_s * 1000;
    out->session_idle_ms = settings->console.session_idle_s * 1000;
    if (!settings->console.listen[0])
        return ERR_OK;
    places_take(settings->console.listen, out);
    enum err err = certificate[0] ? certificate_open(certificate, settings->console.tls_key,
                                                     &out->certificate, fault)
                                  : ERR_OK;
    return err;
}

void door_look_after(struct api *api)
{
    struct certificate *certificate = api->door.certificate;
    metric_set(&api->counts.certificate_ends_s,
               certificate ? certificate_ends_s(certificate) : METRIC_UNKNOWN);
    if (!certificate)
        return;
    certificate_look_now_and_then(certificate);
    certificate_tell(certificate, clock_wall_ms(api->clock) / 1000);
}

static void put_places(const struct door *door, struct buffer *out)
{
    json_put_key(out, "places");
    buffer_text(out, "[");
    for (size_t i = 0; i < door->place_count; i++) {
        const struct gate *place = &door->places[i];
        json_put_item(out);
        buffer_text(out, "{");
        json_member_text(out, "listen", place->listen);
        json_member_text(out, "address", place->open ? place->address : NULL);
        json_member_text(out, "trouble", place->open ? NULL : place->fault.text);
        buffer_text(out, "}");
    }
    buffer_text(out, "]");
}

void api_door_json(const struct api *api, struct buffer *out)
{
    long long ends_s = api->counts.certificate_ends_s;
    char ends[TIME_TEXT_MAX];
    buffer_text(out, "{");
    put_places(&api->door, out);
    json_put_key(out, "certificate");
    if (ends_s == METRIC_UNKNOWN) {
        buffer_text(out, "null}");
        return;
    }
    buffer_text(out, "{");
    json_member_text(out, "ends", time_format(ends_s, 0, ends));
    json_member_text(
        out, "state",
        certificate_state_names[certificate_state(ends_s, clock_wall_ms(api->clock) / 1000)]);
    buffer_text(out, "}}");
}

void door_done(struct door *door)
{
    certificate_free(door->certificate);
    door->certificate = NULL;
}

/* ---- where requests come from ---- */

static void host_text(const struct address *address, char *out, size_t out_bytes)
{
    if (getnameinfo((const struct sockaddr *)&address->socket, address->bytes, out,
                    (socklen_t)out_bytes, NULL, 0, NI_NUMERICHOST))
        out[0] = '\0';
}

/* The last of a list is the one that our own proxy saw; all before it is whatever it was sent.
 * Some write a port behind it. */
static bool last_hop(const char *forwarded, struct address *out)
{
    char text[ADDRESS_TEXT_MAX];
    const char *comma = strrchr(forwarded, ',');
    const char *at = comma ? comma + 1 : forwarded;
    at += strspn(at, " \t");
    size_t bytes = strcspn(at, " \t");
    return text_copy((struct text){at, bytes}, text, sizeof text) &&
           (address_host_parse(text, out) || address_parse(text, out));
}

void door_source(const struct door *door, const struct sockaddr *peer, const char *forwarded,
                 char *out, size_t out_bytes)
{
    struct address address = {.bytes = 0}, told;
    out[0] = '\0';
    if (!peer)
        return;
    address.bytes =
        peer->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    memcpy(&address.socket, peer, address.bytes);
    if (forwarded && door->behind_proxy && address_is_among(&address, door->proxies) &&
        last_hop(forwarded, &told))
        address = told;
    host_text(&address, out, out_bytes);
}
