/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets are named in the configuration, never written there: file:/path or env:NAME. Nothing
 * here puts a secret into a fault.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "config/internal.h"

#define WAY_OUT "write file:/PATH or env:NAME, and keep the secret there"

static bool starts(struct text from, const char *with, struct text *rest)
{
    size_t n = strlen(with);
    if (from.bytes < n || memcmp(from.at, with, n) != 0)
        return false;
    *rest = (struct text){from.at + n, from.bytes - n};
    return true;
}

static enum err take(struct text secret, const char *where, char out[OPTION_TEXT_MAX],
                     struct fault *fault)
{
    if (secret.bytes > 0 && secret.at[secret.bytes - 1] == '\n')
        secret.bytes--;
    if (secret.bytes == 0)
        return fault_set(fault, ERR_INVALID, "%s is empty", where);
    if (memchr(secret.at, '\0', secret.bytes))
        return fault_set(fault, ERR_INVALID, "%s holds a NUL byte, so it is not text", where);
    if (secret.bytes >= OPTION_TEXT_MAX)
        return fault_set(fault, ERR_INVALID, "%s is longer than %d bytes", where,
                         OPTION_TEXT_MAX - 1);
    (void)text_copy(secret, out, OPTION_TEXT_MAX);
    return ERR_OK;
}

static enum err from_file(struct text named, char out[OPTION_TEXT_MAX], struct fault *fault)
{
    char word[QUOTED_MAX];
    struct buffer content = {0};
    char *path = memory_text(named);
    struct stat status;
    enum err err = ERR_OK;
    if (path[0] != '/')
        err = fault_set(fault, ERR_INVALID, "file:%s is not a full path (file:/PATH)",
                        quoted(named, word));
    else if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        err = fault_set(fault, ERR_INVALID, "%s is not a regular file", quoted(named, word));
    else
        err = file_read(path, OPTION_TEXT_MAX, &content, fault);
    if (!err)
        err = take(buffer_view(&content), path, out, fault);
    if (content.at)
        explicit_bzero(content.at, content.room);
    buffer_done(&content);
    free(path);
    return err;
}

static enum err from_environment(struct text named, char out[OPTION_TEXT_MAX], struct fault *fault)
{
    char word[QUOTED_MAX], where[QUOTED_MAX + 32];
    char *name = memory_text(named);
    const char *found = getenv(name);
    free(name);
    (void)snprintf(where, sizeof where, "environment variable %s", quoted(named, word));
    if (!found)
        return fault_set(fault, ERR_INVALID, "%s is not set", where);
    return take(text_of(found), where, out, fault);
}

enum err secret_resolve(struct text from, char out[OPTION_TEXT_MAX], struct fault *fault)
{
    struct text rest;
    if (from.bytes == 0) {
        out[0] = '\0';
        return ERR_OK;
    }
    if (starts(from, "file:", &rest))
        return from_file(rest, out, fault);
    if (starts(from, "env:", &rest))
        return from_environment(rest, out, fault);
    return fault_set(fault, ERR_INVALID, "a secret does not stand here itself (" WAY_OUT ")");
}
