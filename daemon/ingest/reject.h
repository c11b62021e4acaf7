/* SPDX-License-Identifier: Apache-2.0
 *
 * Why a message became a dead letter, and what its sender can do. One table: counters, dead
 * letters, formats.md and the replay's summary take their words from it.
 */
#ifndef ANBU_INGEST_REJECT_H
#define ANBU_INGEST_REJECT_H

/* X(constant, name, what it means; the way out) */
#define REJECTS(X)                                                                                \
    X(REJECT_NONE, "none", "accepted")                                                            \
    X(REJECT_TOO_LARGE, "too_large",                                                              \
      "the message is longer than 64 KiB; send one reading a message")                            \
    X(REJECT_BAD_JSON, "bad_json",                                                                \
      "not one JSON object in UTF-8; look for cut messages, a name that is there twice, another " \
      "encoding")                                                                                 \
    X(REJECT_UNKNOWN_TYPE, "unknown_type",                                                        \
      "`type` is missing or not one of the message types; write it, or use the topic of that "    \
      "type")                                                                                     \
    X(REJECT_WRONG_TOPIC, "wrong_topic",                                                          \
      "`type` does not belong on this topic; send it to its own")                                 \
    X(REJECT_MISSING_FIELD, "missing_field",                                                      \
      "a field that this type needs is not there; send it, or map its name (`fields`)")           \
    X(REJECT_BAD_VALUE, "bad_value",                                                              \
      "a field has the wrong type, is out of its range or none of its words; numbers are not "    \
      "texts, words are exact")                                                                   \
    X(REJECT_TOO_LONG, "too_long",                                                                \
      "a text field is longer than allowed; 64 bytes an id, 1000 a text")                         \
    X(REJECT_BAD_TIME, "bad_time",                                                                \
      "a time is not RFC 3339; write 2026-01-25T08:00:00+09:00, a date 2026-01-25")               \
    X(REJECT_NO_OFFSET, "no_offset", "a time has no UTC offset; write +09:00 or Z")               \
    X(REJECT_UNKNOWN_UNIT, "unknown_unit",                                                        \
      "the unit does not belong to this utility; upper and lower case count")                     \
    X(REJECT_KEY_MISMATCH, "key_mismatch",                                                        \
      "the record's key is not the body's household (of weather: area); set the key to it")       \
    X(REJECT_WRONG_PARTITION, "wrong_partition",                                                  \
      "the producer's partitioner differs from kafka.partitioner; set either of them")            \
    X(REJECT_IN_FUTURE, "in_future",                                                              \
      "it ends, or arrives, more than 15 minutes ahead; check clocks and the UTC offset")         \
    X(REJECT_TOO_LATE, "too_late",                                                                \
      "older than 7 days, or two years for a new meter; send sooner, the past needs nothing")     \
    X(REJECT_REGISTER_WENT_BACK, "register_went_back",                                            \
      "lower than the last read, without rollover; send `dials`, or meter_exchanged")             \
    X(REJECT_TOO_MUCH, "too_much",                                                                \
      "more than a household's meter can pass in that time; check unit and value, or send "       \
      "meter_exchanged")                                                                          \
    X(REJECT_UNIT_CHANGED, "unit_changed",                                                        \
      "the meter counted energy before and volume now, or so; send meter_exchanged, or keep to "  \
      "one")                                                                                      \
    X(REJECT_TOO_MANY_METERS, "too_many_meters",                                                  \
      "a household has at most 6 meters within 60 days; check whether a building's share one id")

#define REJECTS_CONSTANT(constant, name, help) constant,
enum reject { REJECTS(REJECTS_CONSTANT) REJECT_COUNT };

/* Of an event that a sink did not take; its help is the sink's answer. */
#define REJECT_UNDELIVERED "undelivered"

extern const char *const reject_names[REJECT_COUNT];
extern const char *const reject_helps[REJECT_COUNT];

#endif
