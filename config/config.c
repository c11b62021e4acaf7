/* SPDX-License-Identifier: Apache-2.0
 *
 * The public face: configurations of the registry's detectors, and what can be asked of one.
 */
#include "config/config.h"

#include "config/internal.h"

enum err config_load_from(const struct config_source *source, struct config **out,
                          struct config_errors *errors)
{
    struct config_input input = {.path = source->path,
                                 .sets = source->sets,
                                 .set_count = source->set_count,
                                 .environment = true,
                                 .kafka = source->kafka};
    return config_read(detectors, detector_count, &input, out, errors);
}

enum err config_load(const char *path, const char *const *sets, size_t set_count,
                     struct config **out, struct config_errors *errors)
{
    struct config_source source = {.path = path, .sets = sets, .set_count = set_count};
    return config_load_from(&source, out, errors);
}

struct config *config_default(void)
{
    return config_new(detectors, detector_count);
}

void config_sample(struct buffer *out)
{
    struct config *config = config_default();
    sample_write(config, out);
    config_free(config);
}

void config_man(struct buffer *out)
{
    struct config *config = config_default();
    man_write(config, out);
    config_free(config);
}
