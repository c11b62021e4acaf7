/* SPDX-License-Identifier: Apache-2.0
 *
 * Options from the environment: ANBU_KAFKA_BROKERS for kafka.brokers. A variable that is no
 * option's is warned about, not refused: other programs put names there too (Kubernetes does for a
 * service called "anbu-redis"), and a daemon that ended for that would be worse than a mistyped
 * name.
 */
#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/internal.h"
#include "config/suggest.h"

#define PREFIX         "ANBU_"
#define PREFIX_BYTES   (sizeof PREFIX - 1)
#define WARNINGS_MAX   20
#define NAME_BYTES_MAX 200 /* longer ones are nobody's slip */

extern char **environ; /* POSIX leaves its declaration to us */

/* What is no option, and ours: of anbuctl's command line, and of the demo. */
static const char *const others[] = {"ANBU_SOCKET", "ANBU_AS", "ANBU_DATA"};

void environment_name(const char *option, char out[CONFIG_NAME_MAX])
{
    int n = snprintf(out, CONFIG_NAME_MAX, PREFIX "%s", option);
    assert(n > 0 && n < CONFIG_NAME_MAX);
    for (char *c = out; *c; c++)
        *c = *c == '.' ? '_' : (char)toupper((unsigned char)*c);
}

void load_environment(struct load *load)
{
    for (size_t i = 0; i < load->config->slot_count; i++) {
        char name[CONFIG_NAME_MAX];
        environment_name(load->config->slots[i].row->name, name);
        const char *found = getenv(name);
        struct place place = {{.kind = ORIGIN_ENVIRONMENT}, name};
        if (found && found[0])
            load_base(load, &place, i, text_of(found));
    }
}

/* "env:NAME" somewhere in it: a secret's variable may have any name. */
static bool mentions(struct text where, struct text name)
{
    static const char before[] = "env:";
    size_t skip = sizeof before - 1, bytes = skip + name.bytes;
    for (size_t i = 0; i + bytes <= where.bytes; i++) {
        const char *at = where.at + i;
        bool ends =
            i + bytes == where.bytes || !(isalnum((unsigned char)at[bytes]) || at[bytes] == '_');
        if (ends && memcmp(at, before, skip) == 0 && memcmp(at + skip, name.at, name.bytes) == 0)
            return true;
    }
    return false;
}

static bool is_known(const struct config *config, const struct config_input *input,
                     struct text source, struct text name)
{
    char known[CONFIG_NAME_MAX];
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (text_is(name, others[i]))
            return true;
    for (size_t i = 0; i < config->slot_count; i++) {
        environment_name(config->slots[i].row->name, known);
        if (text_is(name, known))
            return true;
    }
    for (size_t i = 0; i < input->set_count; i++)
        if (mentions(text_of(input->sets[i]), name))
            return true;
    return mentions(source, name);
}

static void warn(const struct config *config, struct text name, struct buffer *out)
{
    char word[QUOTED_MAX], nearest[CONFIG_NAME_MAX] = "";
    unsigned distance = 0;
    for (size_t i = 0; i < config->slot_count; i++) {
        char known[CONFIG_NAME_MAX];
        struct suggest suggest = {.word = name};
        environment_name(config->slots[i].row->name, known);
        suggest_try(&suggest, text_of(known));
        if (suggest.best.bytes == 0 || (nearest[0] && suggest.distance >= distance))
            continue;
        distance = suggest.distance;
        (void)text_copy(text_of(known), nearest, sizeof nearest);
    }
    buffer_format(out, "%s: no option has this variable%s%s%s\n", quoted(name, word),
                  nearest[0] ? "; did you mean " : "", nearest, nearest[0] ? "?" : "");
}

void environment_warn(const struct config *config, const struct config_input *input,
                      struct text source, struct buffer *out)
{
    size_t count = 0;
    for (char **at = environ; at && *at && count < WARNINGS_MAX; at++) {
        struct text name = {*at, strcspn(*at, "=")};
        if (name.bytes > NAME_BYTES_MAX || strncmp(name.at, PREFIX, PREFIX_BYTES) != 0 ||
            is_known(config, input, source, name))
            continue;
        warn(config, name, out);
        count++;
    }
}
