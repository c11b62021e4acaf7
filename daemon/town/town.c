/* SPDX-License-Identifier: Apache-2.0 */
#include "town/town.h"

#include <stdlib.h>

#include "town/directory.h"
#include "town/home.h"
#include "town/line.h"
#include "town/weather.h"

#define HOUR_S 3600
#define WEEK_S 604800

/* A feeder's next or present outage. */
struct feeder {
    int64_t from_s, to_s;
    bool told;
};

struct town {
    struct scene scene;
    struct town_sink sink;
    struct line_writer *writer, *truth_writer;
    struct home *homes;
    struct feeder *feeders;
    uint32_t home_count, feeder_count, area_count;
    uint32_t area_sequence;
    int64_t now_s;
    struct moment moment;
    bool begun, finished;
    enum err truth_err; /* of a truth that could not be told; ends the hour */
    struct fault truth_fault;
};

static void tell(void *context, uint32_t home, enum truth truth, int64_t from_s, int64_t to_s,
                 const char *detail)
{
    struct town *town = context;
    if (!town->sink.truth || town->truth_err)
        return;
    struct text line = line_truth(town->truth_writer, home, truth, from_s, to_s, detail);
    town->truth_err = town->sink.truth(town->sink.context, line, &town->truth_fault);
}

struct town *town_new(const struct town_options *options, const struct town_sink *sink)
{
    struct town *town = memory_get(sizeof *town);
    const struct scenario *s = options->scenario;
    int64_t start_s = zone_day_start_s(options->zone, options->start_day);
    town->sink = *sink;
    town->now_s = start_s;
    town->scene = (struct scene){
        .key = chance_mix(options->seed + 0x9e3779b97f4a7c15u),
        .scenario = s,
        .zone = options->zone,
        .start_s = start_s,
        .end_s = zone_day_start_s(options->zone, options->start_day + options->days),
        .first_day = options->start_day,
        .quiet_days = options->quiet_days < 0 ? options->days / 2 : options->quiet_days,
        .lone_share = home_lone_share(s),
        .queue = queue_new(start_s),
        .tell = tell,
        .context = town};
    town->writer = line_writer_new(&town->scene, options->say_arrived);
    town->truth_writer = line_writer_new(&town->scene, false);
    town->home_count = options->households;
    town->homes = memory_get(town->home_count * sizeof *town->homes);
    uint32_t per_feeder = (uint32_t)s->homes_per_feeder;
    uint32_t per_area = (uint32_t)s->feeders_per_area;
    town->feeder_count = (town->home_count + per_feeder - 1) / per_feeder;
    town->area_count = (town->feeder_count + per_area - 1) / per_area;
    town->feeders = memory_get(town->feeder_count * sizeof *town->feeders);
    for (uint32_t i = 0; i < town->home_count; i++)
        home_init(&town->homes[i], &town->scene, i);
    return town;
}

void town_free(struct town *town)
{
    if (!town)
        return;
    queue_free(town->scene.queue);
    line_writer_free(town->writer);
    line_writer_free(town->truth_writer);
    free(town->homes);
    free(town->feeders);
    free(town);
}

/* At most one outage a feeder and week, so that a week's draw tells all of it. */
static void plan_outage(struct town *town, uint32_t index)
{
    const struct scenario *s = town->scene.scenario;
    struct feeder *feeder = &town->feeders[index];
    if (town->moment.hour % (WEEK_S / HOUR_S) != 0 || feeder->to_s > town->now_s)
        return;
    int64_t week = town->moment.hour / (WEEK_S / HOUR_S);
    uint64_t key = chance_key(town->scene.key ^ 0x66656564u, index);
    if (!chance_is(key, PURPOSE_OUTAGE, week * 4, s->outages_per_feeder_month * 7 / 30))
        return;
    double hours = chance_unit(key, PURPOSE_OUTAGE, week * 4 + 1);
    hours = 0.25 + hours * hours * (s->outage_hours_max - 0.25);
    int64_t ticks = (int64_t)(hours * TICKS);
    feeder->from_s =
        town->now_s +
        TICK_S * (int64_t)(chance_bits(key, PURPOSE_OUTAGE, week * 4 + 2) % (WEEK_S / TICK_S));
    feeder->to_s = feeder->from_s + (ticks ? ticks : 1) * TICK_S;
    feeder->told = false;
}

static struct darkness darkness_of(const struct feeder *feeder, int64_t hour_s)
{
    struct darkness darkness = {.ends_s = feeder->to_s};
    for (unsigned tick = 0; tick < TICKS; tick++) {
        int64_t at_s = hour_s + (int64_t)tick * TICK_S;
        if (at_s >= feeder->from_s && at_s < feeder->to_s)
            darkness.ticks |= (uint8_t)(1u << tick);
    }
    return darkness;
}

static void tell_outage(struct town *town, uint32_t index)
{
    struct feeder *feeder = &town->feeders[index];
    uint32_t per_feeder = (uint32_t)town->scene.scenario->homes_per_feeder;
    feeder->told = true;
    for (uint32_t i = 0; i < per_feeder && index * per_feeder + i < town->home_count; i++)
        tell(town, index * per_feeder + i, TRUTH_OUTAGE, feeder->from_s, feeder->to_s, NULL);
}

/* One message for each area. */
static void put_weather(struct town *town, struct occurrence *o)
{
    o->type = MESSAGE_WEATHER;
    o->sequence = town->area_sequence++;
    for (uint32_t area = 0; area < town->area_count; area++) {
        o->home = OCCURRENCE_AREA_BIT | area;
        queue_put(town->scene.queue, o);
    }
}

/* The forecast of six in the evening for a wave that begins at midnight. */
static void forecast(struct town *town)
{
    struct moment *m = &town->moment;
    int days = weather_cold_wave_begins(&town->scene, m->day + 1);
    if (m->local_hour != 18 || days == 0)
        return;
    struct occurrence o = {.event = SKY_COLD_WAVE,
                           .at_s = zone_day_start_s(town->scene.zone, m->day + 1),
                           .value = zone_day_start_s(town->scene.zone, m->day + 1 + days),
                           .second = 10 * (int64_t)(m->day_celsius - 15),
                           .arrived_s = m->at_s + 5};
    put_weather(town, &o);
}

/* What the weather station measured in the hour. */
static void measure(struct town *town)
{
    const struct moment *m = &town->moment;
    struct occurrence o = {.event = SKY_TEMPERATURE,
                           .at_s = m->at_s,
                           .value = m->at_s + HOUR_S,
                           .second = (int64_t)(m->celsius * 10 + (m->celsius < 0 ? -0.5 : 0.5)),
                           .arrived_s = m->at_s + HOUR_S + 240};
    put_weather(town, &o);
}

static void live(struct town *town)
{
    struct moment before = town->moment;
    town->moment = weather_moment(&town->scene, town->now_s, town->begun ? &before : NULL);
    town->begun = true;
    forecast(town);
    measure(town);
    uint32_t per_feeder = (uint32_t)town->scene.scenario->homes_per_feeder;
    struct darkness darkness = {0};
    for (uint32_t i = 0; i < town->home_count; i++) {
        if (i % per_feeder == 0) {
            uint32_t feeder = i / per_feeder;
            plan_outage(town, feeder);
            darkness = darkness_of(&town->feeders[feeder], town->now_s);
            if (darkness.ticks && !town->feeders[feeder].told)
                tell_outage(town, feeder);
        }
        home_hour(&town->homes[i], &town->scene, &town->moment, &darkness);
    }
}

static enum err send_hour(struct town *town, struct fault *fault)
{
    size_t count;
    const struct queue_item *items = queue_take_hour(town->scene.queue, &count);
    for (size_t i = 0; i < count; i++) {
        const struct occurrence *o = items[i].occurrence;
        struct town_message message = {.type = o->type, .arrived_s = o->arrived_s};
        message.body = line_write(town->writer, o);
        message.key = line_key(town->writer, o);
        enum err err = town->sink.message(town->sink.context, &message, fault);
        if (err)
            return err;
    }
    return ERR_OK;
}

enum err town_hour(struct town *town, struct fault *fault)
{
    if (town->now_s < town->scene.end_s) {
        live(town);
    } else if (!town->finished) {
        town->finished = true;
        for (uint32_t i = 0; i < town->home_count; i++)
            home_finish(&town->homes[i], &town->scene);
    }
    if (town->truth_err)
        return fault_set(fault, town->truth_err, "%s", town->truth_fault.text);
    if (town->finished && queue_left(town->scene.queue) == 0)
        return ERR_END;
    town->now_s += HOUR_S;
    return send_hour(town, fault);
}

int64_t town_now_s(const struct town *town)
{
    return town->now_s;
}

double town_progress(const struct town *town)
{
    double done = (double)(town->now_s - town->scene.start_s);
    double whole = (double)(town->scene.end_s - town->scene.start_s);
    return done < whole ? done / whole : 1;
}

int64_t town_quiet_until_s(const struct town *town)
{
    return zone_day_start_s(town->scene.zone, town->scene.first_day + town->scene.quiet_days);
}

enum err town_directory(const struct town *town,
                        enum err (*each)(void *context, struct text line, struct fault *fault),
                        void *context, struct fault *fault)
{
    struct buffer line = {0};
    enum err err = ERR_OK;
    for (uint32_t i = 0; i < town->home_count && !err; i++) {
        buffer_clear(&line);
        directory_line(&town->homes[i], &town->scene, &line);
        err = each(context, buffer_view(&line), fault);
    }
    buffer_done(&line);
    return err;
}
