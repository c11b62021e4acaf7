/* SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "detectors/detector.h"

/* A partition as a scrape finds it. */
struct partition_view {
    atomic_llong lag[TOPIC_COUNT], event_lag_ms, message_age_ms;
};

/* ---- labels ---- */

/* As the options kafka.topics.* name them. */
static const char *const topics[MESSAGE_TYPE_COUNT] = {[MESSAGE_READING] = "readings",
                                                       [MESSAGE_BILLING] = "billing",
                                                       [MESSAGE_HOUSEHOLD] = "household",
                                                       [MESSAGE_REPORT] = "report",
                                                       [MESSAGE_WEATHER] = "weather"};
static const char *const timers[TIMER_KIND_COUNT] = {[TIMER_KIND_ACK_EXPIRY] = TIMER_ACK_EXPIRY,
                                                     [TIMER_KIND_UNACKNOWLEDGED] =
                                                         TIMER_UNACKNOWLEDGED,
                                                     [TIMER_KIND_HOLD] = TIMER_HOLD,
                                                     [TIMER_KIND_REFER_ACCEPT] = TIMER_REFER_ACCEPT,
                                                     [TIMER_KIND_LADDER] = TIMER_LADDER};
static const char *const results[] = {"done", "refused"};

#define VALUES(name, names)                   \
    static const char *name##_value(size_t i) \
    {                                         \
        return (names)[i];                    \
    }
VALUES(topic, topics)
VALUES(utility, utility_names)
VALUES(quality, quality_names)
VALUES(team, team_names)
VALUES(severity, severity_names)
VALUES(state, alert_state_names)
VALUES(step, alert_step_words)
VALUES(stage, stage_names)
VALUES(trip, trip_names)
VALUES(timer, timers)
VALUES(result, results)
VALUES(level, log_level_names)
VALUES(outlook, outlook_class_names)
VALUES(population, population_names)
VALUES(of, budget_of_names)
VALUES(erased_why, erased_names)

static const char *reason_value(size_t i)
{
    return i == REJECT_NONE ? NULL : reject_names[i];
}

static const char *flaw_value(size_t i)
{
    return i == ON_CALL_GOOD ? NULL : on_call_flaw_words[i];
}

static const char *kind_value(size_t i)
{
    return i == ERR_OK ? NULL : err_name((enum err)i);
}

static const char *detector_value(size_t i)
{
    if (i == TALLY_NO_DETECTOR)
        return "none";
    return i < detector_count ? detectors[i]->name : NULL;
}

static const char *version_value(size_t i)
{
    (void)i;
    return ANBU_VERSION;
}

#define LABEL(name, values) static const struct metric_label name = {#name, (values), name##_value}
LABEL(topic, MESSAGE_TYPE_COUNT);
LABEL(utility, UTILITY_COUNT);
LABEL(quality, QUALITY_COUNT);
LABEL(team, TEAM_COUNT);
LABEL(severity, SEVERITY_COUNT);
LABEL(step, ALERT_STEP_COUNT);
LABEL(stage, STAGE_COUNT);
LABEL(timer, TIMER_KIND_COUNT);
LABEL(result, 2);
LABEL(level, LOG_LEVEL_COUNT);
LABEL(outlook, OUTLOOK_CLASS_COUNT);
LABEL(reason, REJECT_COUNT);
LABEL(kind, ERR_COUNT);
LABEL(detector, DETECTOR_COUNT_MAX + 1);
LABEL(population, POPULATION_COUNT);
LABEL(of, BUDGET_OF_COUNT);
LABEL(version, 1);
static const struct metric_label state = {"state", WATCH_LIVE_STATES, state_value};
static const struct metric_label lane = {"topic", TOPIC_COUNT, topic_value};
static const struct metric_label erased_why = {"why", ERASED_COUNT, erased_why_value};
static const struct metric_label flaw = {"why", ON_CALL_FLAW_COUNT, flaw_value};
static const struct metric_label operation = {"operation", TRIP_COUNT, trip_value};

/* ---- the table ---- */

#define IN(what, member) offsetof(struct what, member)

const struct metric measure_rows[] = {
    {.name = "anbu_messages_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_WORKER,
     .labels = {&topic},
     .offset = IN(worker_counts, messages),
     .help = "Messages taken from Kafka, good or bad, by the option that names the topic. "
             "One that is read again after a takeover counts again; every worker reads all "
             "weather."},
    {.name = "anbu_readings_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_WORKER,
     .labels = {&utility, &quality},
     .offset = IN(worker_counts, readings),
     .help = "Readings that could be decoded."},
    {.name = "anbu_messages_lost_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_WORKER,
     .labels = {&lane},
     .offset = IN(worker_counts, lost),
     .help = "Messages that retention took before anbud had read them. Any is one too many: the "
             "log says which."},
    {.name = "anbu_logs_anew_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_WORKER,
     .labels = {&lane},
     .offset = IN(worker_counts, anew),
     .help = "Partitions of a topic that was made anew, or cut, and is read from its start."},
    {.name = "anbu_messages_skipped_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_WORKER,
     .offset = IN(worker_counts, skipped),
     .help = "Messages that changed nothing: applied before, or of a household that opted "
             "out."},
    {.name = "anbu_absences_shortened_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_WORKER,
     .offset = IN(worker_counts, absences_shortened),
     .help = "Absences of `anbu.household`, and outcomes, that were to last for more than 366 "
             "days: the home is watched again after these."},
    {.name = "anbu_profile_flags_unknown_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_WORKER,
     .offset = IN(worker_counts, flags_unknown),
     .help = "Words in `flags` of profiles that are none of ours, and left out: a flag that is "
             "spelled otherwise protects nobody."},
    {.name = "anbu_alerts_erased_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_WORKER,
     .labels = {&erased_why},
     .offset = IN(worker_counts, erased),
     .help = "Closed alerts that were erased from Redis, or of which less is kept: after "
             "`retention.*`, or because people opted out or moved."},
    {.name = "anbu_rejects_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_WORKER,
     .labels = {&reason},
     .offset = IN(worker_counts, rejects),
     .help = "Messages that could not be used."},
    {.name = "anbu_dead_letters_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_WORKER,
     .offset = IN(worker_counts, dead_letters),
     .help = "Dead letters handed to the producer."},
    {.name = "anbu_dead_letters_in_flight",
     .type = METRIC_GAUGE,
     .scope = MEASURE_WORKER,
     .offset = IN(worker_counts, letters),
     .help = "Dead letters that Kafka has not confirmed yet; records and offsets wait for "
             "them."},
    {.name = "anbu_lag_messages",
     .type = METRIC_GAUGE,
     .scope = MEASURE_PARTITION,
     .labels = {&lane},
     .offset = IN(partition_view, lag),
     .help = "Messages between what has been processed and the end of the log, of the "
             "partitions that this anbud has."},
    {.name = "anbu_event_lag_seconds",
     .type = METRIC_GAUGE,
     .merge = METRIC_MAX,
     .scope = MEASURE_PARTITION,
     .offset = IN(partition_view, event_lag_ms),
     .scale = METRIC_MILLISECONDS,
     .help = "Now minus the newest event time that was used; left out until there is one."},
    {.name = "anbu_message_age_seconds",
     .type = METRIC_GAUGE,
     .merge = METRIC_MAX,
     .scope = MEASURE_PARTITION,
     .offset = IN(partition_view, message_age_ms),
     .scale = METRIC_MILLISECONDS,
     .help = "Since the last message that was used; left out until there is one."},
    {.name = "anbu_findings_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_WORKER,
     .offset = IN(worker_counts, findings),
     .help = "Findings of detectors: begun, grown or ended."},
    {.name = "anbu_alert_steps_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_TALLY,
     .labels = {&detector, &team, &step},
     .offset = IN(step_tally, steps),
     .help = "Steps of alerts that this anbud has written (raised, cleared, acknowledged "
             "...). detector none: by a person or a timer."},
    {.name = "anbu_alerts_live",
     .type = METRIC_GAUGE,
     .scope = MEASURE_WATCH,
     .labels = {&team, &severity, &state},
     .offset = IN(watch_counts, live),
     .help = "Live alerts of the partitions that this anbud has, by the team whose desk they are "
             "on, counted "
             "in Redis every 10 seconds; left out while Redis is away."},
    {.name = "anbu_alerts_held",
     .type = METRIC_GAUGE,
     .scope = MEASURE_WATCH,
     .offset = IN(watch_counts, held),
     .help = "Of those, the ones that an area incident holds back."},
    {.name = "anbu_outlook_households",
     .type = METRIC_GAUGE,
     .scope = MEASURE_WATCH,
     .labels = {&outlook},
     .offset = IN(watch_counts, outlooks),
     .help = "Homes of the partitions that this anbud has, by how soon a collapse would be told: "
             "within a day, within two, later or not at all, or too little known yet."},
    {.name = "anbu_incidents_open",
     .type = METRIC_GAUGE,
     .merge = METRIC_MAX,
     .scope = MEASURE_WATCH,
     .offset = IN(watch_counts, incidents),
     .help = "Areas and feeders that are dark, silent or without reports, of the whole city: each "
             "anbud shows the same."},
    {.name = "anbu_alerts_unreadable_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_WORKER,
     .offset = IN(worker_counts, alerts_unreadable),
     .help = "Times that an alert could not be read when it was due or had news: it neither "
             "escalates nor changes until somebody mends or removes it; the log names it."},
    {.name = "anbu_area_failures_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_WORKER,
     .offset = IN(worker_counts, area_failures),
     .help = "Times that the counts of areas could not be exchanged, or an incident not read or "
             "announced; meanwhile nothing is held back."},
    {.name = "anbu_area_counts_lost_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_WORKER,
     .offset = IN(worker_counts, area_hours_uncounted),
     .help = "Hours of homes that no area counted: more areas and hours came at once than a "
             "worker counts."},
    {.name = "anbu_budget_snapshot",
     .type = METRIC_GAUGE,
     .merge = METRIC_MAX,
     .scope = MEASURE_WORKER,
     .offset = IN(worker_counts, budget.snapshot),
     .help = "Number of the newest snapshot of what homes come to: weeks since 1970; 0 before the "
             "first."},
    {.name = "anbu_budget_home_years",
     .type = METRIC_GAUGE,
     .scope = MEASURE_WORKER,
     .labels = {&population},
     .offset = IN(worker_counts, budget.years),
     .scale = METRIC_THOUSANDTHS,
     .help =
         "Home-years watched that the newest snapshots rest on; a week weighs a tenth less each "
         "week."},
    {.name = "anbu_budget_alerts_wanted",
     .type = METRIC_GAUGE,
     .scope = MEASURE_WORKER,
     .labels = {&population},
     .offset = IN(worker_counts, budget.wanted),
     .scale = METRIC_THOUSANDTHS,
     .help = "Alerts that budget.acute_per_household_year has for these years."},
    {.name = "anbu_budget_alerts_in_training",
     .type = METRIC_GAUGE,
     .scope = MEASURE_WORKER,
     .labels = {&population},
     .offset = IN(worker_counts, budget.training),
     .scale = METRIC_THOUSANDTHS,
     .help = "Alerts that homes of the training would make in these years at the prices in force. "
             "Over anbu_budget_alerts_wanted it is the steering factor: below 1 where homes here "
             "look grave more often."},
    {.name = "anbu_budget_alerts",
     .type = METRIC_GAUGE,
     .scope = MEASURE_WORKER,
     .labels = {&population, &of},
     .offset = IN(worker_counts, budget.raised),
     .scale = METRIC_THOUSANDTHS,
     .help =
         "Alerts raised in these years: of silence, and of drop, flow, decline, routine and cold "
         "(bills and supply are not of the budget)."},
    {.name = "anbu_timers_fired_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_WORKER,
     .labels = {&timer},
     .offset = IN(worker_counts, timers),
     .help = "Timers of alerts that fired: an acknowledgement ran out, nobody "
             "acknowledged."},
    {.name = "anbu_outbox_waiting",
     .type = METRIC_GAUGE,
     .scope = MEASURE_WATCH,
     .offset = IN(watch_counts, outbox),
     .help = "Events in Redis that Kafka has not got yet, those in flight among them; left "
             "out while Redis is away."},
    {.name = "anbu_outbox_in_flight",
     .type = METRIC_GAUGE,
     .scope = MEASURE_WORKER,
     .offset = IN(worker_counts, in_flight),
     .help = "Events handed to the producer and not confirmed."},
    {.name = "anbu_outbox_oldest_seconds",
     .type = METRIC_GAUGE,
     .merge = METRIC_MAX,
     .scope = MEASURE_WATCH,
     .offset = IN(watch_counts, waits_ms),
     .scale = METRIC_MILLISECONDS,
     .help = "How long the same event has been the oldest of its outbox, at most; looked "
             "at every 10 seconds."},
    {.name = "anbu_published_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_KAFKA,
     .offset = IN(kafka_counts, delivered),
     .help = "Messages that Kafka has confirmed: events, outcomes, dead letters."},
    {.name = "anbu_publish_failures_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_KAFKA,
     .offset = IN(kafka_counts, failed),
     .help = "Messages that Kafka did not take; they are sent again."},
    {.name = "anbu_publish_seconds",
     .type = METRIC_HISTOGRAM,
     .scope = MEASURE_KAFKA,
     .offset = IN(kafka_counts, delivery),
     .help = "From the producer's queue to Kafka's confirmation."},
    {.name = "anbu_cache_hits_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_WORKER,
     .offset = IN(worker_counts, cache_hits),
     .help = "Messages whose household's record was in memory."},
    {.name = "anbu_cache_misses_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_WORKER,
     .offset = IN(worker_counts, loads),
     .help = "Household records loaded from Redis."},
    {.name = "anbu_cache_households",
     .type = METRIC_GAUGE,
     .scope = MEASURE_WORKER,
     .offset = IN(worker_counts, cached),
     .help = "Household records in memory."},
    {.name = "anbu_cache_bytes",
     .type = METRIC_GAUGE,
     .scope = MEASURE_WORKER,
     .offset = IN(worker_counts, cached_bytes),
     .help = "Memory of those records; daemon.cache bounds it for each worker."},
    {.name = "anbu_cache_dirty_households",
     .type = METRIC_GAUGE,
     .scope = MEASURE_WORKER,
     .offset = IN(worker_counts, dirty),
     .help = "Records changed and not written to Redis yet."},
    {.name = "anbu_households_settling",
     .type = METRIC_GAUGE,
     .scope = MEASURE_WORKER,
     .offset = IN(worker_counts, settling),
     .help = "Households whose late batch waits to be judged."},
    {.name = "anbu_records_flushed_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_WORKER,
     .offset = IN(worker_counts, flushed),
     .help = "Household records written to Redis."},
    {.name = "anbu_stage_seconds",
     .type = METRIC_HISTOGRAM,
     .scope = MEASURE_WORKER,
     .labels = {&stage},
     .offset = IN(worker_counts, stages),
     .help = "A worker's turn by stage; poll includes waiting for something to do."},
    {.name = "anbu_store_seconds",
     .type = METRIC_HISTOGRAM,
     .scope = MEASURE_WORKER,
     .labels = {&operation},
     .offset = IN(worker_counts, trips),
     .help = "Round trips to Redis."},
    {.name = "anbu_store_failures_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_WORKER,
     .labels = {&kind},
     .offset = IN(worker_counts, failures),
     .help = "Partitions dropped to be taken again, by why: fenced (another owner), "
             "rewound (Redis went back in time), unreachable ..."},
    {.name = "anbu_takeovers_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_WORKER,
     .offset = IN(worker_counts, takeovers),
     .help = "Partitions taken: at a start, a rebalance, after a failure."},
    {.name = "anbu_takeover_failures_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_WORKER,
     .labels = {&kind},
     .offset = IN(worker_counts, takes_failed),
     .help = "Partitions that could not be taken, and were tried again."},
    {.name = "anbu_partitions",
     .type = METRIC_GAUGE,
     .merge = METRIC_MAX,
     .scope = MEASURE_DAEMON,
     .offset = IN(daemon_counts, partitions),
     .help = "Partitions that there are; all anbud of the group together own so many."},
    {.name = "anbu_partitions_owned",
     .type = METRIC_GAUGE,
     .scope = MEASURE_WORKER,
     .offset = IN(worker_counts, partitions),
     .help = "Partitions that this anbud owns in Redis."},
    {.name = "anbu_worker_beat_age_seconds",
     .type = METRIC_GAUGE,
     .merge = METRIC_MAX,
     .scope = MEASURE_WATCH,
     .offset = IN(watch_counts, beat_age_ms),
     .scale = METRIC_MILLISECONDS,
     .help = "Since the slowest worker last moved; /healthz fails at 30 seconds and three "
             "times redis.timeout."},
    {.name = "anbu_redis_up",
     .type = METRIC_GAUGE,
     .merge = METRIC_MAX,
     .scope = MEASURE_WATCH,
     .offset = IN(watch_counts, redis_up),
     .help = "1 while Redis answers, asked every second."},
    {.name = "anbu_kafka_up",
     .type = METRIC_GAUGE,
     .merge = METRIC_MAX,
     .scope = MEASURE_WATCH,
     .offset = IN(watch_counts, kafka_up),
     .help = "1 while a broker answers, asked every 5 seconds."},
    {.name = "anbu_clock_skew_seconds",
     .type = METRIC_GAUGE,
     .merge = METRIC_MAX,
     .scope = MEASURE_WATCH,
     .offset = IN(watch_counts, clock_skew_ms),
     .scale = METRIC_MILLISECONDS,
     .help = "Redis's clock minus this machine's; timers wait beyond "
             "daemon.clock_skew_max."},
    {.name = "anbu_healthy",
     .type = METRIC_GAUGE,
     .merge = METRIC_MAX,
     .scope = MEASURE_WATCH,
     .offset = IN(watch_counts, healthy),
     .help = "1 while /healthz answers 200."},
    {.name = "anbu_ready",
     .type = METRIC_GAUGE,
     .merge = METRIC_MAX,
     .scope = MEASURE_WATCH,
     .offset = IN(watch_counts, ready),
     .help = "1 while /readyz answers 200."},
    {.name = "anbu_config_generation",
     .type = METRIC_GAUGE,
     .merge = METRIC_MAX,
     .scope = MEASURE_DAEMON,
     .offset = IN(daemon_counts, config_generation),
     .help = "1 after the start, one more with each reload that was done."},
    {.name = "anbu_config_reloads_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_DAEMON,
     .labels = {&result},
     .offset = IN(daemon_counts, reloads),
     .help = "Reloads asked for; a refused one changed nothing."},
    {.name = "anbu_log_lines_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_LOG,
     .labels = {&level},
     .offset = IN(log_counts, lines),
     .help = "Lines written to the log."},
    {.name = "anbu_sink_events_delivered_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_SINK,
     .offset = IN(sink_counts, delivered),
     .help = "Events that the sink took."},
    {.name = "anbu_sink_events_passed_over_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_SINK,
     .offset = IN(sink_counts, passed_over),
     .help = "Events that it is not told of: of other teams, severities or areas, or held."},
    {.name = "anbu_sink_tries_failed_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_SINK,
     .offset = IN(sink_counts, failed),
     .help = "Tries in vain; the event is tried again, or dead."},
    {.name = "anbu_sink_events_dead_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_SINK,
     .offset = IN(sink_counts, dead),
     .help = "Events given up, now in the topic of dead letters."},
    {.name = "anbu_sink_events_unaddressed_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_SINK,
     .offset = IN(sink_counts, unaddressed),
     .help =
         "Events taken without anybody to write to: to_missing says why (sinks with `directory`)."},
    {.name = "anbu_sink_lag",
     .type = METRIC_GAUGE,
     .scope = MEASURE_SINK,
     .offset = IN(sink_counts, lag),
     .help = "Events not yet dealt with, of the partitions that this daemon tells the sink of."},
    {.name = "anbu_sink_waiting_seconds",
     .type = METRIC_GAUGE,
     .merge = METRIC_MAX,
     .scope = MEASURE_SINK,
     .offset = IN(sink_counts, waiting_ms),
     .scale = METRIC_MILLISECONDS,
     .help = "How long the event that is being tried has stood in the topic; 0: none is."},
    {.name = "anbu_sink_partitions",
     .type = METRIC_GAUGE,
     .scope = MEASURE_SINK,
     .offset = IN(sink_counts, partitions),
     .help = "Partitions whose events this daemon tells the sink of; over the fleet all of them."},
    {.name = "anbu_sink_disabled",
     .type = METRIC_GAUGE,
     .merge = METRIC_MAX,
     .scope = MEASURE_SINK,
     .offset = IN(sink_counts, disabled),
     .help = "1 after the sink answered that it wants no more; until a restart."},
    {.name = "anbu_live_viewers",
     .type = METRIC_GAUGE,
     .scope = MEASURE_CONSOLE,
     .offset = IN(api_counts, streams),
     .help = "Connections of GET /api/v1/events."},
    {.name = "anbu_live_viewers_refused_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_CONSOLE,
     .offset = IN(api_counts, streams_refused),
     .help = "Answered 503 or 429 because as many looked on already."},
    {.name = "anbu_live_viewers_slow_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_CONSOLE,
     .offset = IN(api_counts, streams_slow),
     .help = "Let go because they did not read what they were told; they come back by themselves."},
    {.name = "anbu_live_events_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_CONSOLE,
     .offset = IN(api_counts, told),
     .help = "Alerts and incidents told to them, each once a viewer."},
    {.name = "anbu_api_connections_slow_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_CONSOLE,
     .offset = IN(api_counts, slow),
     .help = "Closed because they took too long to ask, or to read the answer."},
    {.name = "anbu_console_certificate_end_time_seconds",
     .type = METRIC_GAUGE,
     .scope = MEASURE_CONSOLE,
     .offset = IN(api_counts, certificate_ends_s),
     .help = "When the certificate in force at console.listen ends, in seconds since 1970; left "
             "out without one."},
    {.name = "anbu_roster_names_uncallable",
     .type = METRIC_GAUGE,
     .scope = MEASURE_CONSOLE,
     .labels = {&flaw},
     .offset = IN(api_counts, roster_names),
     .help = "Names of rosters by which nobody can be called, once a roster: no account, disabled, "
             "of another desk, or a team of nobody. Looked at once a minute."},
    {.name = "anbu_build_info",
     .type = METRIC_GAUGE,
     .merge = METRIC_MAX,
     .scope = MEASURE_DAEMON,
     .labels = {&version},
     .offset = IN(daemon_counts, build),
     .help = "1; the label tells the version."},
    {.name = "process_start_time_seconds",
     .type = METRIC_GAUGE,
     .merge = METRIC_MAX,
     .scope = MEASURE_DAEMON,
     .offset = IN(daemon_counts, started_s),
     .help = "When it was started, in seconds since 1970."},
    {.name = "process_cpu_seconds_total",
     .type = METRIC_COUNTER,
     .scope = MEASURE_DAEMON,
     .offset = IN(daemon_counts, cpu_ms),
     .scale = METRIC_MILLISECONDS,
     .help = "Processor time used, of all threads."},
    {.name = "process_resident_memory_bytes",
     .type = METRIC_GAUGE,
     .merge = METRIC_MAX,
     .scope = MEASURE_DAEMON,
     .offset = IN(daemon_counts, resident_bytes),
     .help = "Memory in use."},
};
const size_t measure_count = sizeof measure_rows / sizeof measure_rows[0];

/* ---- a scrape ---- */

static void look_at_process(struct daemon_counts *daemon)
{
    struct rusage usage;
    long long pages = 0;
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        metric_set(&daemon->cpu_ms, (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000LL +
                                        (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000);
    FILE *file = fopen("/proc/self/statm", "re");
    if (file && fscanf(file, "%*d %lld", &pages) == 1)
        metric_set(&daemon->resident_bytes, pages * sysconf(_SC_PAGESIZE));
    if (file)
        (void)fclose(file);
}

static long long since(long long then_ms, int64_t now_ms)
{
    return then_ms ? now_ms - then_ms : METRIC_UNKNOWN;
}

struct partition_list {
    struct partition_view *views;
    struct metric_holder *holders;
    char (*labels)[24];
    size_t count;
};

static void list_sinks(const struct measured *from, struct metric_holder *holders,
                       char (*labels)[CONFIG_SINK_NAME_MAX + 8])
{
    for (size_t i = 0; i < sinks_count(from->sinks); i++) {
        (void)snprintf(labels[i], sizeof labels[i], "sink=\"%s\"", sinks_name(from->sinks, i));
        holders[i] = (struct metric_holder){sinks_counts(from->sinks, i), labels[i]};
    }
}

static void list_partitions(const struct measured *from, struct partition_list *out)
{
    int64_t wall = clock_wall_ms(from->clock);
    size_t room = (size_t)from->partitions * from->worker_count + 1;
    out->views = memory_get(room * sizeof *out->views);
    out->holders = memory_get(room * sizeof *out->holders);
    out->labels = memory_get(room * sizeof *out->labels);
    for (uint32_t p = 0; p < from->partitions; p++)
        for (size_t w = 0; w < from->worker_count; w++) {
            const struct partition_counts *counts = &worker_partition_counts(from->workers[w])[p];
            if (!atomic_load_explicit(&counts->assigned, memory_order_relaxed))
                continue;
            struct partition_view *view = &out->views[out->count];
            for (int i = 0; i < TOPIC_COUNT; i++)
                metric_set(&view->lag[i], counts->lag[i]);
            metric_set(&view->event_lag_ms, since(counts->event_ms, wall));
            metric_set(&view->message_age_ms, since(counts->arrived_ms, wall));
            (void)snprintf(out->labels[out->count], sizeof *out->labels, "partition=\"%u\"", p);
            out->holders[out->count] = (struct metric_holder){view, out->labels[out->count]};
            out->count++;
            break; /* two workers have it for a moment at most */
        }
}

void measure_write(const struct measured *from, struct buffer *out)
{
    struct partition_list partitions = {.count = 0};
    struct metric_holder *workers = memory_get((from->worker_count + 1) * sizeof *workers);
    struct metric_holder *tallies = memory_get((from->worker_count + 1) * sizeof *tallies);
    const struct metric_holder watch = {watch_counts(from->watch), NULL};
    const struct metric_holder kafka = {from->kafka, NULL}, log = {log_counts(), NULL};
    const struct metric_holder daemon = {from->daemon, NULL}, console = {from->api, NULL};
    struct metric_holder sinks[CONFIG_SINKS_MAX];
    char sink_labels[CONFIG_SINKS_MAX][CONFIG_SINK_NAME_MAX + 8];
    look_at_process(from->daemon);
    list_partitions(from, &partitions);
    list_sinks(from, sinks, sink_labels);
    for (size_t i = 0; i < from->worker_count; i++) {
        const struct worker_counts *counts = worker_counts(from->workers[i]);
        workers[i].at = counts;
        tallies[i].at = &counts->tally;
    }
    tallies[from->worker_count].at = from->api ? &from->api->tally : NULL;
    const struct metric_scope scopes[MEASURE_SCOPE_COUNT] = {
        [MEASURE_WORKER] = {workers, from->worker_count},
        [MEASURE_TALLY] = {tallies, from->worker_count + (from->api != NULL)},
        [MEASURE_PARTITION] = {partitions.holders, partitions.count},
        [MEASURE_WATCH] = {&watch, 1},
        [MEASURE_KAFKA] = {&kafka, 1},
        [MEASURE_SINK] = {sinks, sinks_count(from->sinks)},
        [MEASURE_LOG] = {&log, 1},
        [MEASURE_DAEMON] = {&daemon, 1},
        [MEASURE_CONSOLE] = {&console, from->api != NULL},
    };
    metrics_write(measure_rows, measure_count, scopes, out);
    free(partitions.views);
    free(partitions.holders);
    free(partitions.labels);
    free(workers);
    free(tallies);
}

/* ---- the page for people ---- */

static void page_labels(const struct metric *row, struct buffer *out)
{
    const char *comma = "";
    if (row->scope == MEASURE_PARTITION) {
        buffer_text(out, "`partition`");
        comma = ", ";
    }
    if (row->scope == MEASURE_SINK)
        buffer_text(out, "`sink`");
    for (size_t i = 0; i < METRIC_LABELS_MAX && row->labels[i]; i++) {
        buffer_format(out, "%s`%s`", comma, row->labels[i]->name);
        comma = ", ";
    }
}

/* The values of each label, once. */
static void page_values(struct buffer *out)
{
    const struct metric_label *told[32];
    size_t count = 0;
    buffer_text(out, "\n## Labels\n\n| Label | Values |\n|---|---|\n"
                     "| `partition` | the number of the partition |\n"
                     "| `sink` | the name of one of `sinks` |\n");
    for (size_t r = 0; r < measure_count; r++)
        for (size_t i = 0; i < METRIC_LABELS_MAX && measure_rows[r].labels[i]; i++) {
            const struct metric_label *label = measure_rows[r].labels[i];
            size_t known = 0;
            while (known < count && strcmp(told[known]->name, label->name) != 0)
                known++;
            if (known < count || label == &version)
                continue;
            told[count++] = label;
            buffer_format(out, "| `%s` | ", label->name);
            const char *comma = "";
            for (size_t v = 0; v < label->count; v++) {
                if (!label->value(v))
                    continue;
                buffer_format(out, "%s%s", comma, label->value(v));
                comma = ", ";
            }
            buffer_text(out, " |\n");
        }
}

void measure_page(struct buffer *out)
{
    static const char *const types[] = {"counter", "gauge", "histogram"};
    buffer_text(
        out, "<!-- Made by `anbuctl help --metrics`; do not edit. -->\n# Metrics\n\n"
             "`GET /metrics` at `daemon.metrics_listen` (printed in `metrics.address` of the data "
             "directory), in\nPrometheus's text format. What to look at first: "
             "[operations.md](operations.md#is-it-well). Ready-made alerts:\n"
             "[deploy/prometheus-rules.yml](../deploy/prometheus-rules.yml).\n\n"
             "Counters begin at 0 with each start. Every series is there from the start. No label "
             "holds a household.\nBounds of histograms: 0.1 ms to 10 s.\n\n"
             "| Metric | Type | Labels | What |\n|---|---|---|---|\n");
    for (size_t i = 0; i < measure_count; i++) {
        const struct metric *row = &measure_rows[i];
        buffer_format(out, "| `%s` | %s | ", row->name, types[row->type]);
        page_labels(row, out);
        buffer_format(out, " | %s |\n", row->help);
    }
    page_values(out);
}
