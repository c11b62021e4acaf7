/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum err file_read(const char *path, size_t bytes_max, struct buffer *out, struct fault *fault)
{
    FILE *file = fopen(path, "rbe");
    if (!file)
        return fault_set(fault, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", path,
                         strerror(errno));
    enum err err = ERR_OK;
    char part[8192];
    size_t n;
    while ((n = fread(part, 1, sizeof part, file)) > 0) {
        buffer_add(out, part, n);
        if (out->bytes > bytes_max) {
            err = fault_set(fault, ERR_TOO_LARGE, "%s: longer than %zu bytes", path, bytes_max);
            break;
        }
    }
    if (!err && ferror(file))
        err = fault_set(fault, ERR_IO, "%s: %s", path, strerror(errno));
    (void)fclose(file);
    return err;
}
