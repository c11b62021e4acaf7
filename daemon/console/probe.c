/* SPDX-License-Identifier: Apache-2.0 */
#include "console/probe.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BACKLOG                 16
#define CONNECTIONS_MAX         32u
#define IDLE_TIMEOUT_S          10u
#define CONNECTION_MEMORY_BYTES (16u * 1024u)

struct probe {
    struct probe_pages pages;
    struct MHD_Daemon *server;
    int fd;
    char address[ADDRESS_TEXT_MAX];
};

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, const char *type,
                              struct buffer *body)
{
    /* The library takes the body over. */
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body->bytes, body->at, MHD_RESPMEM_MUST_FREE);
    if (!response) {
        buffer_done(body);
        return MHD_NO;
    }
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *piece,
                                  size_t *piece_bytes, void **state)
{
    const struct probe *probe = context;
    const struct probe_pages *pages = &probe->pages;
    const char *type = "text/plain; charset=utf-8";
    unsigned status = MHD_HTTP_OK;
    struct buffer body = {0};
    (void)version;
    (void)piece;
    if (!*state) { /* the head; a body is thrown away */
        *state = context;
        return MHD_YES;
    }
    if (*piece_bytes) {
        *piece_bytes = 0;
        return MHD_YES;
    }
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
        status = MHD_HTTP_METHOD_NOT_ALLOWED;
        buffer_text(&body, "nothing can be changed here\n");
    } else if (strcmp(url, "/metrics") == 0) {
        type = "text/plain; version=0.0.4; charset=utf-8";
        pages->metrics(pages->host, &body);
    } else if (strcmp(url, "/healthz") == 0 || strcmp(url, "/readyz") == 0) {
        bool good =
            url[1] == 'h' ? pages->healthy(pages->host, &body) : pages->ready(pages->host, &body);
        type = "application/json";
        status = good ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
    } else {
        status = MHD_HTTP_NOT_FOUND;
        buffer_text(&body, "there are /metrics, /healthz and /readyz\n");
    }
    return answer(connection, status, type, &body);
}

static enum err listen_at(const char *text, struct probe *probe, struct fault *fault)
{
    struct address address;
    int yes = 1;
    if (!address_parse(text, &address))
        return fault_set(fault, ERR_INVALID, "%s: not ADDRESS:PORT", text);
    probe->fd = socket(address.socket.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe->fd < 0)
        return fault_set(fault, ERR_IO, "socket: %s", strerror(errno));
    (void)setsockopt(probe->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(probe->fd, (const struct sockaddr *)&address.socket, address.bytes) < 0 ||
        listen(probe->fd, BACKLOG) < 0 ||
        getsockname(probe->fd, (struct sockaddr *)&address.socket, &address.bytes) < 0)
        return fault_set(fault, errno == EADDRINUSE ? ERR_BUSY : ERR_IO, "%s: %s", text,
                         strerror(errno));
    address_text(&address, probe->address);
    return ERR_OK;
}

static void on_library_message(void *context, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
static void on_library_message(void *context, const char *format, va_list args)
{
    (void)context;
    (void)format;
    (void)args; /* a scraper that hangs up is no event */
}

enum err probe_start(const char *listen, const struct probe_pages *pages, struct probe **out,
                     struct fault *fault)
{
    struct probe *probe = memory_get(sizeof *probe);
    probe->pages = *pages;
    probe->fd = -1;
    enum err err = listen_at(listen, probe, fault);
    if (err)
        goto out;
    const struct MHD_OptionItem options[] = {
        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)on_library_message, NULL},
        {MHD_OPTION_LISTEN_SOCKET, probe->fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, IDLE_TIMEOUT_S, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    probe->server =
        MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO | MHD_USE_ERROR_LOG, 0,
                         NULL, NULL, on_request, probe, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    if (!probe->server)
        err = fault_set(fault, ERR_IO, "%s: the HTTP server cannot be started", listen);
    probe->fd = probe->server ? -1 : probe->fd; /* closed by it */
out:
    if (err)
        probe_stop(probe);
    else
        *out = probe;
    return err;
}

const char *probe_address(const struct probe *probe)
{
    return probe->address;
}

void probe_stop(struct probe *probe)
{
    if (!probe)
        return;
    if (probe->server)
        MHD_stop_daemon(probe->server);
    if (probe->fd >= 0)
        (void)close(probe->fd);
    free(probe);
}
