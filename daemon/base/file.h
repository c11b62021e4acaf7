/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ANBU_BASE_FILE_H
#define ANBU_BASE_FILE_H

#include "base/err.h"
#include "base/text.h"

/* The whole of a small file (at most bytes_max), appended to *out. */
NODISCARD enum err file_read(const char *path, size_t bytes_max, struct buffer *out,
                             struct fault *fault);

#endif
