/* SPDX-License-Identifier: Apache-2.0 */
#include "console/audit.h"

#include <inttypes.h>
#include <stdio.h>

#include "ctl/args.h"
#include "ctl/command.h"

int command_audit_verify(int argc, char **argv)
{
    const char *path;
    uint64_t lines = 0;
    struct fault fault = {0};
    struct args args = {.command = "audit verify", .words = &path, .words_min = 1, .words_max = 1};
    if (!args_read(&args, argc, argv))
        return 2;
    if (audit_verify(path, &lines, &fault)) {
        ctl_say("%s (good lines before it: %" PRIu64 ")", fault.text, lines);
        return 1;
    }
    (void)printf("%s: %" PRIu64 " lines, the chain is whole\n", path, lines);
    return 0;
}
