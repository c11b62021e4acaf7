/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a configuration file: read, and when they are one, shown and asked for tunings.
 * Corpus to begin with: tests/golden/config/ and config/examples/.
 */
#include <stddef.h>
#include <stdint.h>

#include "config/internal.h"

struct options {
    double level;
    char note[OPTION_TEXT_MAX];
};
static const struct option rows[] = {
    {"watch.level", OPTION_NUMBER, NULL, "7.5", 0.5, 40, NULL, true,
     offsetof(struct options, level), "Level.", NULL, NULL, LEVER_NONE, 0},
    {"watch.note", OPTION_TEXT, NULL, "", 0, 0, NULL, true, offsetof(struct options, note), "Note.",
     NULL, NULL, LEVER_NONE, 0},
};
static const struct detector watch = {
    .name = "watch",
    .summary = "Watches.",
    .options = rows,
    .option_count = 2,
    .options_bytes = sizeof(struct options),
};
static const struct detector *const list[] = {&watch};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void use(const struct config *config)
{
    static const unsigned days[] = {101, 229, 615, 1231};
    struct buffer shown = {0};
    struct tuning_cache *cache = tuning_cache_new(config);
    for (uint32_t flags = 0; flags < 16; flags++)
        for (size_t i = 0; i < 4; i++) {
            const struct tuning *tuning = tuning_for(cache, flags, TEXT("north"), days[i]);
            const struct options *options = tuning->options[0];
            if (!(options->level >= 0.5 && options->level <= 40) ||
                !(tuning->acute_per_household_year >= 0.1))
                __builtin_trap();
        }
    config_show(config, &shown);
    config_show_json(config, &shown);
    tuning_cache_free(cache);
    buffer_done(&shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct config *config = NULL;
    struct config_errors errors = {0};
    struct config_input input = {
        .path = "fuzz.yaml",
        .text = {bytes ? (const char *)data : "", bytes},
    };
    enum err err = config_read(list, 1, &input, &config, &errors);
    if ((err == ERR_OK) != (config != NULL) || (err == ERR_OK) != (errors.count == 0))
        __builtin_trap();
    if (config)
        use(config);
    config_free(config);
    config_errors_done(&errors);
    return 0;
}
