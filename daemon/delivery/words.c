/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery/words.h"

#include <math.h>

#define NAME(constant, name) [constant] = name,
const char *const happening_names[HAPPENING_COUNT] = {HAPPENINGS(NAME)};

const struct words *words_in(enum language language)
{
    static const struct words *const all[LANGUAGE_COUNT] = {
        [LANGUAGE_EN] = &words_en,
        [LANGUAGE_KO] = &words_ko,
    };
    return all[language];
}

double words_term(const json_t *reason, const char *name)
{
    const json_t *terms = json_object_get(json_object_get(reason, "evidence"), "terms");
    const json_t *value = json_object_get(terms, name);
    return json_is_number(value) ? json_number_value(value) : NAN;
}
