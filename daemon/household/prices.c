/* SPDX-License-Identifier: Apache-2.0 */
#include "household/prices.h"

#include "base/json.h"
#include "base/zone.h"

#define NAME(constant, name) [constant] = (name),
const char *const prices_of_names[PRICES_OF_COUNT] = {PRICES_OF(NAME)};

void prices_at(struct prices *out, struct text counts, bool steered, int64_t at_ms)
{
    struct fault unsaid = {""}; /* the worker's log says what is damaged */
    bool forgotten = false;
    *out = (struct prices){.of = PRICES_TRAINING};
    if (!steered || !counts.bytes)
        return;
    out->census = census_new();
    if (!census_read(out->census, counts.at, counts.bytes, &unsaid) &&
        census_pin(out->census, at_ms, &out->snapshot, &forgotten)) {
        out->of = PRICES_COUNTED;
        return;
    }
    out->of = forgotten ? PRICES_FORGOTTEN : PRICES_TRAINING;
    prices_done(out);
}

void prices_done(struct prices *prices)
{
    census_free(prices->census);
    prices->census = NULL;
}

void prices_show(const struct prices *prices, struct buffer *json)
{
    char since[TIME_TEXT_MAX];
    buffer_text(json, "{");
    json_member_text(json, "of", prices_of_names[prices->of]);
    if (prices->of == PRICES_COUNTED) {
        json_member_int(json, "snapshot", prices->snapshot);
        json_member_text(json, "since",
                         time_format(census_week_from_ms(prices->snapshot) / 1000, 0, since));
    } else {
        json_member_null(json, "snapshot");
        json_member_null(json, "since");
    }
    buffer_text(json, "}");
}
