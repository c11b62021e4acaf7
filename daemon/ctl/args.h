/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a command's options, the same way for all: "--name value", "--name=value", flags, "--"
 * and what is left. Says on standard error what is wrong and how it is written.
 */
#ifndef ANBU_CTL_ARGS_H
#define ANBU_CTL_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct args_option {
    const char *name;   /* "--state" */
    const char **value; /* takes a value; else NULL and `flag` */
    bool *flag;
};

struct args {
    const char *command; /* its name in commands.c, for messages */
    const struct args_option *options;
    size_t option_count;
    const char **words; /* what is no option, in order */
    size_t words_min, words_max;
    size_t word_count; /* filled */
};

/* False: wrong usage, said already. */
bool args_read(struct args *args, int argc, char **argv);

/* "90s", "30m", "2h", "7d" to seconds; false: not one, or zero. */
bool args_duration(const char *from, int64_t *seconds);

/* "anbuctl: ..." on standard error. */
void ctl_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The usage line of a command on standard error. */
void ctl_usage(const char *command);

#endif
