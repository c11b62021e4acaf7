/* SPDX-License-Identifier: Apache-2.0 */
#include "console/server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 64

static enum err address_of(const char *path, struct sockaddr_un *out, struct fault *fault)
{
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (path[0] == '\0' || !text_copy(text_of(path), out->sun_path, sizeof out->sun_path))
        return fault_set(fault, ERR_INVALID,
                         "\"%s\": the path of a socket has 1 to %zu bytes; set daemon.socket to a "
                         "shorter one",
                         path, sizeof out->sun_path - 1);
    return ERR_OK;
}

/* Removes what a dead daemon left; touches nothing else. */
static enum err stale_remove(const char *path, const struct sockaddr_un *address,
                             struct fault *fault)
{
    struct stat status;
    if (lstat(path, &status) < 0)
        return errno == ENOENT ? ERR_OK : fault_set(fault, ERR_IO, "%s: %s", path, strerror(errno));
    if (!S_ISSOCK(status.st_mode))
        return fault_set(fault, ERR_INVALID,
                         "%s: is there and is no socket; move it away or set daemon.socket", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fault_set(fault, ERR_IO, "socket: %s", strerror(errno));
    int failed = connect(fd, (const struct sockaddr *)address, sizeof *address) < 0 ? errno : 0;
    (void)close(fd);
    if (failed == ENOENT)
        return ERR_OK;
    if (failed != ECONNREFUSED)
        return fault_set(fault, ERR_BUSY,
                         "%s: another daemon answers there; stop it or set daemon.socket", path);
    if (unlink(path) < 0 && errno != ENOENT)
        return fault_set(fault, ERR_IO, "%s: the old socket cannot be removed: %s", path,
                         strerror(errno));
    return ERR_OK;
}

enum err listener_open(const char *path, struct listener *out, struct fault *fault)
{
    struct sockaddr_un address;
    struct stat status;
    bool bound = false;
    int fd = -1;
    enum err err = address_of(path, &address, fault);
    if (!err)
        err = stale_remove(path, &address, fault);
    if (err)
        return err;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) < 0) {
        err = fault_set(fault, ERR_IO, "%s: %s", path, strerror(errno));
        goto out;
    }
    bound = true;
    /* Nobody gets in between: until listen() a connection is refused. */
    if (chmod(path, 0660) < 0 || lstat(path, &status) < 0 || listen(fd, BACKLOG) < 0) {
        err = fault_set(fault, ERR_IO, "%s: %s", path, strerror(errno));
        goto out;
    }
    *out = (struct listener){fd, memory_text(text_of(path)), status.st_dev, status.st_ino};
out:
    if (err && bound)
        (void)unlink(path);
    if (err && fd >= 0)
        (void)close(fd);
    return err;
}

void listener_remove(struct listener *listener)
{
    struct stat status;
    if (!listener->path)
        return;
    if (lstat(listener->path, &status) == 0 && status.st_dev == listener->device &&
        status.st_ino == listener->inode)
        (void)unlink(listener->path);
    free(listener->path);
    listener->path = NULL;
}
