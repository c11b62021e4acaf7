/* SPDX-License-Identifier: Apache-2.0
 *
 * Why a message became a dead letter, and what its sender can do. One table: counters, dead
 * letters, formats.md and the replay's summary take their words from it.
 */
#ifndef ANBU_INGEST_REJECT_H
#define ANBU_INGEST_REJECT_H

/* X(constant, name, what it means and the way out) */
#define REJECTS(X)                                                                              \
    X(REJECT_NONE, "none", "accepted")                                                          \
    X(REJECT_TOO_LARGE, "too_large", "the message is longer than 64 KiB")                       \
    X(REJECT_BAD_JSON, "bad_json", "not one JSON object in UTF-8")                              \
    X(REJECT_UNKNOWN_TYPE, "unknown_type", "`type` is missing or not one of the message types") \
    X(REJECT_WRONG_TOPIC, "wrong_topic", "`type` does not belong on this topic")                \
    X(REJECT_MISSING_FIELD, "missing_field", "a field that this type needs is not there")       \
    X(REJECT_BAD_VALUE, "bad_value", "a field has the wrong type or is out of its range")       \
    X(REJECT_TOO_LONG, "too_long", "a text field is longer than allowed")                       \
    X(REJECT_BAD_TIME, "bad_time", "a time is not RFC 3339")                                    \
    X(REJECT_NO_OFFSET, "no_offset", "a time has no UTC offset; write +09:00 or Z")             \
    X(REJECT_UNKNOWN_UNIT, "unknown_unit", "the unit does not belong to this utility")          \
    X(REJECT_KEY_MISMATCH, "key_mismatch",                                                      \
      "the record's key is not the body's household (of weather: area)")                        \
    X(REJECT_WRONG_PARTITION, "wrong_partition",                                                \
      "the producer's partitioner differs from kafka.partitioner")                              \
    X(REJECT_IN_FUTURE, "in_future", "it ends, or arrives, more than 15 minutes ahead")         \
    X(REJECT_TOO_LATE, "too_late", "older than 7 days, or two years for a new meter")           \
    X(REJECT_REGISTER_WENT_BACK, "register_went_back",                                          \
      "lower than the last read, without rollover (`dials`) or meter_exchanged")                \
    X(REJECT_TOO_MUCH, "too_much", "more than a household's meter can pass in that time")       \
    X(REJECT_UNIT_CHANGED, "unit_changed",                                                      \
      "the meter counted energy before and volume now, or so")                                  \
    X(REJECT_TOO_MANY_METERS, "too_many_meters", "a household has at most 6 meters within 60 days")

#define REJECTS_CONSTANT(constant, name, help) constant,
enum reject { REJECTS(REJECTS_CONSTANT) REJECT_COUNT };

extern const char *const reject_names[REJECT_COUNT];
extern const char *const reject_helps[REJECT_COUNT];

#endif
