/* SPDX-License-Identifier: Apache-2.0 */
#include "abode.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void keep(void *owner, uint32_t partition, const struct finding *finding)
{
    struct abode *home = owner;
    ck_assert_uint_eq(partition, home->household.partition);
    ck_assert_int_lt(home->count, ABODE_FINDINGS_MAX);
    home->findings[home->count++] = *finding;
}

static struct config *load(const char *yaml)
{
    char path[] = "/tmp/anbu-abode-XXXXXX";
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, yaml, strlen(yaml)), (ssize_t)strlen(yaml));
    (void)close(file);
    struct config *config = NULL;
    struct config_errors errors = {0};
    enum err err = config_load(path, NULL, 0, &config, &errors);
    ck_assert_msg(err == ERR_OK, "%s", errors.text.at ? errors.text.at : "");
    config_errors_done(&errors);
    (void)unlink(path);
    return config;
}

/* These tests ask what becomes of a silence, not how soon it is told: a desk with room for many. */
static const char desk[] = "budget: {acute_per_household_year: 12}\n";

void abode_init(struct abode *home, const char *yaml)
{
    memset(home, 0, sizeof *home);
    home->config = load(yaml ? yaml : desk);
    home->tuning = tuning_cache_new(home->config);
    home->weather = weather_table_new();
    home->context = (struct household_context){.config = home->config,
                                               .tuning = home->tuning,
                                               .weather = home->weather,
                                               .found = keep,
                                               .owner = home};
    home->household = (struct household){.id = TEXT("H-1"), .partition = 3};
    home->household.bytes = record_new(&home->household.size);
}

void abode_done(struct abode *home)
{
    free(home->household.bytes);
    weather_table_free(home->weather);
    tuning_cache_free(home->tuning);
    config_free(home->config);
}

void abode_reload(struct abode *home)
{
    record_seal(home->household.bytes);
    void *bytes = malloc(home->household.size);
    ck_assert_ptr_nonnull(bytes);
    memcpy(bytes, home->household.bytes, home->household.size);
    free(home->household.bytes);
    struct record record;
    struct fault fault = {""};
    ck_assert_msg(record_open(bytes, home->household.size, &record, &fault) == ERR_OK, "%s",
                  fault.text);
    home->household.bytes = bytes;
    home->household.zone = NULL;
}

struct record abode_record(struct abode *home)
{
    struct record record;
    record_view(home->household.bytes, &record);
    return record;
}

struct record_meter *abode_meter(struct abode *home, enum utility utility)
{
    struct record record = abode_record(home);
    for (int i = 0; i < record.header->meters; i++)
        if (record.meters[i].utility == utility)
            return &record.meters[i];
    ck_abort_msg("no meter of %s", utility_names[utility]);
    return NULL;
}

void abode_wait(struct abode *home, int64_t until_s)
{
    for (;;) {
        int64_t settle_ms = household_settle_ms(&home->household);
        if (!settle_ms || settle_ms > until_s * 1000)
            return;
        home->context.arrived_ms = home->context.wall_ms = settle_ms;
        household_settle(&home->household, &home->context);
        ck_assert_int_eq(household_settle_ms(&home->household), 0);
    }
}

enum reject abode_apply(struct abode *home, struct message *message, int64_t arrived_s)
{
    abode_wait(home, arrived_s);
    home->context.arrived_ms = home->context.wall_ms = arrived_s * 1000;
    unsigned lane = message->type;
    home->detail = "";
    return household_apply(&home->household, message, lane, home->offset[lane]++, &home->context,
                           &home->skipped, &home->detail);
}

void abode_take(struct abode *home, struct message message, int64_t arrived_s)
{
    enum reject reject = abode_apply(home, &message, arrived_s);
    ck_assert_msg(reject == REJECT_NONE, "rejected: %s", reject_names[reject]);
}

struct message abode_hour(enum utility utility, int64_t start_s, int64_t milli)
{
    static const char *const meters[UTILITY_COUNT] = {"E-1", "W-1", "G-1"};
    return (struct message){
        .type = MESSAGE_READING,
        .household = TEXT("H-1"),
        .at_ms = start_s * 1000,
        .end_ms = (start_s + HOUR) * 1000,
        .reading = {.meter = text_of(meters[utility]),
                    .utility = utility,
                    .kind = READING_INTERVAL,
                    .quality = QUALITY_ACTUAL,
                    .measure = utility == UTILITY_ELECTRICITY ? MEASURE_ENERGY : MEASURE_VOLUME,
                    .start_s = start_s,
                    .minutes = 60,
                    .value_milli = milli,
                    .has_value = true}};
}

struct message abode_event(enum household_event event, int64_t at_s)
{
    return (struct message){.type = MESSAGE_HOUSEHOLD,
                            .household = TEXT("H-1"),
                            .at_ms = at_s * 1000,
                            .end_ms = at_s * 1000,
                            .event = {.event = event, .residents = -1}};
}

struct message abode_bill(enum billing_event event, int64_t at_s)
{
    return (struct message){
        .type = MESSAGE_BILLING,
        .household = TEXT("H-1"),
        .at_ms = at_s * 1000,
        .end_ms = at_s * 1000,
        .billing = {.utility = UTILITY_GAS, .event = event, .currency = "KRW", .months = -1}};
}

struct message abode_report(int64_t at_s)
{
    return (struct message){.type = MESSAGE_REPORT,
                            .household = TEXT("H-1"),
                            .at_ms = at_s * 1000,
                            .end_ms = at_s * 1000,
                            .report = {.channel = REPORT_NEIGHBOUR, .summary = TEXT("no answer")}};
}

unsigned abode_roll(int32_t n, unsigned salt, unsigned sides)
{
    uint64_t x = ((uint64_t)(uint32_t)n * 31 + salt) * UINT64_C(0x9e3779b97f4a7c15);
    x ^= x >> 29;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    return (unsigned)(x >> 33) % sides;
}

int64_t abode_usual(enum utility utility, int32_t hour)
{
    int32_t local = hour % 24, day = hour / 24;
    bool busy = local == 7 || local == 12 || (local >= 18 && local < 22);
    int64_t more = (day * 7 + local * 3) % 5; /* no two days are the same */
    if (utility == UTILITY_ELECTRICITY)
        return busy ? 400000 + more * 60000 : 60000 + more * 3000;
    return busy ? 15000 + more * 4000 : 0;
}

void abode_live(struct abode *home, enum utility utility, int32_t from, int32_t to)
{
    for (int32_t hour = from; hour < to; hour++)
        abode_take(home, abode_hour(utility, hour * HOUR, abode_usual(utility, hour)),
                   (hour + 1) * HOUR + 60);
}

void abode_quiet(struct abode *home, enum utility utility, int32_t from, int32_t to)
{
    for (int32_t hour = from; hour < to; hour++)
        abode_take(home,
                   abode_hour(utility, hour * HOUR,
                              utility == UTILITY_ELECTRICITY ? 60000 + hour % 5 * 3000 : 0),
                   (hour + 1) * HOUR + 60);
}

const struct finding *abode_last(const struct abode *home, const char *detector)
{
    for (int i = home->count - 1; i >= 0; i--)
        if (strcmp(home->findings[i].detector->name, detector) == 0)
            return &home->findings[i];
    return NULL;
}

bool abode_is_on(struct abode *home, const char *detector)
{
    struct record record = abode_record(home);
    for (size_t i = 0; i < detector_count; i++)
        if (strcmp(detectors[i]->name, detector) == 0)
            return record.slots[i].on;
    ck_abort_msg("no detector %s", detector);
    return false;
}

void abode_learn(struct abode *home)
{
    abode_live(home, UTILITY_WATER, ABODE_H0, ABODE_MORNING);
    ck_assert_int_eq(home->count, 0);
}

int32_t abode_quiet_until_told(struct abode *home, int32_t from)
{
    for (int32_t hour = from; hour < from + 96; hour++) {
        abode_quiet(home, UTILITY_WATER, hour, hour + 1);
        if (abode_is_on(home, "silence"))
            return hour + 1;
    }
    ck_abort_msg("four days without a drop, and nothing told");
    return 0;
}
