/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

#define NAME(constant, name, text, disposition)        [constant] = name,
#define TEXT(constant, name, text, disposition)        [constant] = text,
#define DISPOSITION(constant, name, text, disposition) [constant] = disposition,

static const char *const names[ERR_COUNT] = {ERRORS(NAME)};
static const char *const texts[ERR_COUNT] = {ERRORS(TEXT)};
static const enum disposition dispositions[ERR_COUNT] = {ERRORS(DISPOSITION)};

const char *err_name(enum err err)
{
    return err < ERR_COUNT ? names[err] : "unknown";
}

const char *err_text(enum err err)
{
    return err < ERR_COUNT ? texts[err] : "unknown error";
}

enum disposition err_disposition(enum err err)
{
    return err < ERR_COUNT ? dispositions[err] : DISPOSITION_FATAL;
}

enum err fault_set(struct fault *fault, enum err err, const char *format, ...)
{
    if (fault) {
        va_list args;
        va_start(args, format);
        (void)vsnprintf(fault->text, sizeof fault->text, format, args);
        va_end(args);
    }
    return err;
}
