/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "base/clock.h"
#include "base/zone.h"
#include "config/config.h"
#include "console/certificate.h"
#include "kafka/properties.h"

#define SETS_MAX 64

static const char usage[] =
    "usage: anbud [--config FILE] [--set KEY=VALUE]... [--data DIR] [--embedded] [--check]\n"
    "\n"
    "  --config FILE    read this configuration (YAML); without it the defaults hold\n"
    "  --set KEY=VALUE  set one option over the file\n"
    "  --data DIR       the same as --set daemon.data_dir=DIR\n"
    "  --embedded       bring along a Kafka broker (memory only) and a private redis-server\n"
    "  --check          check the configuration and end\n"
    "  --version        say the version\n"
    "  --help           say this\n"
    "\n"
    "SIGHUP reads the configuration again, SIGTERM and SIGINT end it. See anbud(8).\n";

/* One that has ended stops nobody: alerts do not wait for a page. */
static enum err check_certificate(const struct settings *settings)
{
    const char *path = settings->console.tls_certificate;
    struct certificate *certificate = NULL;
    struct fault fault = {0};
    char ends[TIME_TEXT_MAX];
    enum err err =
        path[0] ? certificate_open(path, settings->console.tls_key, &certificate, &fault) : ERR_OK;
    if (err)
        (void)fprintf(stderr, "%s\n", fault.text);
    if (!certificate)
        return err;
    int64_t ends_s = certificate_ends_s(certificate);
    enum certificate_state state = certificate_state(ends_s, clock_wall_ms(&clock_machine) / 1000);
    if (state != CERTIFICATE_GOOD)
        (void)fprintf(stderr, "console.tls_certificate: %s %s (%s): renew it\n", path,
                      certificate_state_names[state], time_format(ends_s, 0, ends));
    certificate_free(certificate);
    return ERR_OK;
}

static int check(const struct app_options *options)
{
    struct config *config = NULL;
    struct config_errors errors = {0};
    struct config_source source = {.path = options->config_path,
                                   .sets = options->sets,
                                   .set_count = options->set_count,
                                   .kafka = &kafka_properties};
    enum err err = config_load_from(&source, &config, &errors);
    (void)fputs(buffer_view(&errors.warnings).at, stderr);
    if (err)
        (void)fputs(errors.text.at, stderr);
    else
        err = check_certificate(config_settings(config));
    if (!err)
        (void)printf("%s: ok\n", options->config_path ? options->config_path : "defaults");
    config_errors_done(&errors);
    config_free(config);
    return err ? 1 : 0;
}

int main(int argc, char **argv)
{
    const char *sets[SETS_MAX];
    char data_dir[OPTION_TEXT_MAX + 32];
    struct app_options options = {.sets = sets};
    bool only_check = false;
    for (int i = 1; i < argc; i++) {
        bool value = i + 1 < argc;
        if (strcmp(argv[i], "--config") == 0 && value) {
            options.config_path = argv[++i];
        } else if (strcmp(argv[i], "--set") == 0 && value && options.set_count < SETS_MAX) {
            sets[options.set_count++] = argv[++i];
        } else if (strcmp(argv[i], "--data") == 0 && value && options.set_count < SETS_MAX) {
            (void)snprintf(data_dir, sizeof data_dir, "daemon.data_dir=%s", argv[++i]);
            sets[options.set_count++] = data_dir;
        } else if (strcmp(argv[i], "--embedded") == 0) {
            options.embedded = true;
        } else if (strcmp(argv[i], "--check") == 0) {
            only_check = true;
        } else if (strcmp(argv[i], "--version") == 0) {
            (void)puts("anbud " ANBU_VERSION);
            return 0;
        } else if (strcmp(argv[i], "--help") == 0) {
            (void)fputs(usage, stdout);
            return 0;
        } else {
            (void)fprintf(stderr, "anbud: %s: unknown option, or its value is missing\n\n%s",
                          argv[i], usage);
            return 2;
        }
    }
    return only_check ? check(&options) : app_run(&options) ? 1 : 0;
}
