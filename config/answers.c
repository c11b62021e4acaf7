/* SPDX-License-Identifier: Apache-2.0
 *
 * `answers`: whose messages about an alert are believed, by the secret that signs them. A name may
 * stand twice, with the old secret and the new one.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "config/internal.h"

#define AT(member) offsetof(struct config_answer, member)

static const struct option options[] = {
    {.name = "name", .type = OPTION_TEXT, .initial = "", .offset = AT(name)},
    {.name = "secret", .type = OPTION_SECRET, .initial = "", .offset = AT(secret)},
};
static const struct rows rows = {options, sizeof options / sizeof options[0], "an answer", NULL};

static void check_answer(struct load *load, const struct place *place,
                         const struct config_answer *answer)
{
    unsigned char key[CONFIG_SINK_KEY_MAX];
    size_t bytes;
    struct fault fault;
    if (!rows_name_good(answer->name, CONFIG_ANSWER_NAME_MAX))
        load_problem(load, place, "needs a name of 1 to %d characters: a-z, 0-9 and '-'",
                     CONFIG_ANSWER_NAME_MAX);
    if (config_sink_key(answer->secret, key, &bytes, &fault))
        load_problem(load, place, "secret %s", fault.text);
    sodium_memzero(key, sizeof key);
}

void load_answers(struct load *load, const struct tree *node)
{
    struct config *config = load->config;
    struct items walk = {
        .load = load, .shown = "answers", .max = CONFIG_ANSWERS_MAX, .what = "answers"};
    while (items_next(&walk, node)) {
        struct config_answer *answer = &config->answers[config->answer_count];
        for (const struct tree *key; (key = items_key(&walk));)
            (void)rows_load(load, &rows, key, walk.key_shown, answer);
        if (items_good(&walk))
            check_answer(load, &walk.place, answer);
        config->answer_from[config->answer_count++] = walk.place.origin;
    }
}

const struct config_answer *config_answers(const struct config *config, size_t *count)
{
    *count = config->answer_count;
    return config->answers;
}
