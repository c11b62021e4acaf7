/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery/webhook.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "alert/lifecycle.h"
#include "base/json.h"
#include "base/zone.h"
#include "config/ladder.h"
#include "detectors/vocabulary.h"

#define DOUBLINGS_MAX  20
#define TIME_OFF_MAX_S 300
#define SECONDS_DIGITS 12
#define SIGNATURES_MAX 8

static const char *member(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

/* Of incidents, which have neither team nor severity: not in any mask. */
static bool in_mask(uint32_t mask, const char *word, const char *const *names, size_t count)
{
    if (!mask)
        return true;
    for (size_t i = 0; i < count; i++)
        if (strcmp(word, names[i]) == 0)
            return mask >> i & 1;
    return false;
}

static bool in_areas(const struct config_sink *sink, const char *area)
{
    for (size_t i = 0; i < sink->area_count; i++)
        if (strcmp(sink->areas[i], area) == 0)
            return true;
    return sink->area_count == 0;
}

static bool is_step(const json_t *step, enum alert_step_kind kind)
{
    return strcmp(member(step, "what"), alert_step_words[kind]) == 0;
}

/* What an event tells of stands at the history's end: a step of the police is followed by their
 * being told. Others of the same moment are of an event before. */
const json_t *sink_due_step(uint32_t channels, const json_t *data)
{
    const json_t *steps = json_object_get(data, "steps");
    size_t count = json_array_size(steps);
    const json_t *last = count ? json_array_get(steps, count - 1) : NULL;
    const json_t *due = last;
    if (count > 1 && is_step(last, STEP_ESCALATED)) {
        due = json_array_get(steps, count - 2);
        if (strcmp(member(due, "channel"), ladder_channel_names[BY_POLICE]) != 0 ||
            strcmp(member(due, "at"), member(last, "at")) != 0)
            return NULL;
    }
    bool wanted =
        channels && due && is_step(due, STEP_DUE) &&
        in_mask(channels, member(due, "channel"), ladder_channel_names, LADDER_CHANNEL_COUNT);
    return wanted ? due : NULL;
}

enum err sink_takes(const struct config_sink *sink, struct text event, bool *takes,
                    struct fault *fault)
{
    json_error_t why;
    json_t *root = event.bytes ? json_loadb(event.at, event.bytes, 0, &why) : NULL;
    const json_t *data = json_object_get(root, "data");
    bool whole = json_is_object(data) && member(root, "id")[0];
    *takes = whole && !member(data, "held_by")[0] &&
             (in_mask(sink->teams, member(data, "team"), team_names, TEAM_COUNT) ||
              in_mask(sink->teams, member(data, "desk"), team_names, TEAM_COUNT)) &&
             in_mask(sink->severities, member(data, "severity"), severity_names, SEVERITY_COUNT) &&
             in_areas(sink, member(data, "area")) &&
             (!sink->channels || sink_due_step(sink->channels, data));
    json_decref(root);
    return whole ? ERR_OK : fault_set(fault, ERR_INVALID, "no CloudEvent with id and data");
}

void sink_test_event(const char *sink, const char *id, int64_t at_s, struct buffer *out)
{
    char at[TIME_TEXT_MAX];
    buffer_text(out, "{");
    json_member_text(out, "specversion", "1.0");
    json_member_text(out, "id", id);
    json_member_text(out, "source", "anbu");
    json_member_text(out, "type", "anbu.test");
    json_member_text(out, "subject", "test");
    json_member_text(out, "time", time_format(at_s, 0, at));
    json_member_text(out, "datacontenttype", "application/json");
    json_put_key(out, "data");
    buffer_text(out, "{");
    json_member_text(out, "sink", sink);
    buffer_text(out, "}}");
}

void webhook_sign(struct text key, const char *id, int64_t at_s, struct text body,
                  struct buffer *out)
{
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    char text[sodium_base64_ENCODED_LEN(sizeof mac, sodium_base64_VARIANT_ORIGINAL)];
    crypto_auth_hmacsha256_state state;
    struct buffer head = {0};
    buffer_format(&head, "%s.%" PRId64 ".", id, at_s);
    (void)crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.at, key.bytes);
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)head.at, head.bytes);
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)body.at, body.bytes);
    (void)crypto_auth_hmacsha256_final(&state, mac);
    (void)sodium_bin2base64(text, sizeof text, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
    buffer_format(out, "v1,%s", text);
    sodium_memzero(&state, sizeof state);
    buffer_done(&head);
}

/* ERR_INVALID: no whole number of seconds. */
static enum err seconds_read(const char *from, int64_t *out)
{
    size_t n = strlen(from);
    if (!n || n > SECONDS_DIGITS || strspn(from, "0123456789") != n)
        return ERR_INVALID;
    *out = 0;
    for (; *from; from++)
        *out = *out * 10 + (*from - '0');
    return ERR_OK;
}

bool webhook_verify(struct text key, const struct webhook_headers *headers, int64_t now_s,
                    struct text body)
{
    struct buffer wanted = {0};
    int64_t at_s;
    bool good = false;
    if (!headers->id || !headers->timestamp || !headers->signature ||
        seconds_read(headers->timestamp, &at_s) || at_s < now_s - TIME_OFF_MAX_S ||
        at_s > now_s + TIME_OFF_MAX_S)
        return false;
    webhook_sign(key, headers->id, at_s, body, &wanted);
    const char *at = headers->signature;
    for (unsigned i = 0; i < SIGNATURES_MAX && *at; i++) {
        size_t bytes = strcspn(at, " ");
        good = good || (bytes == wanted.bytes && sodium_memcmp(at, wanted.at, bytes) == 0);
        at += bytes + (at[bytes] == ' ');
    }
    buffer_done(&wanted);
    return good;
}

enum err webhook_answer(long status, struct fault *fault)
{
    if (status >= 200 && status < 300)
        return ERR_OK;
    if (status == 410)
        return fault_set(fault, ERR_CONFIG, "answered 410: it wants no more");
    if (status == 400 || status == 413 || status == 422)
        return fault_set(fault, ERR_INVALID, "answered %ld: it does not take this event", status);
    return fault_set(fault, ERR_BUSY, "answered %ld", status);
}

/* splitmix64 */
static uint64_t draw(uint64_t *chance)
{
    uint64_t z = *chance += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

int64_t sink_wait_ms(const struct config_sink *sink, unsigned tries, int64_t asked_s,
                     uint64_t *chance)
{
    int64_t asked_ms = asked_s < sink->retry_max_s ? asked_s * 1000 : sink->retry_max_s * 1000;
    unsigned doublings = tries > DOUBLINGS_MAX ? DOUBLINGS_MAX : tries ? tries - 1 : 0;
    int64_t wait_ms = (sink->retry_first_s * 1000) << doublings;
    if (wait_ms > sink->retry_max_s * 1000)
        wait_ms = sink->retry_max_s * 1000;
    wait_ms = wait_ms / 2 + (int64_t)(draw(chance) % (uint64_t)(wait_ms / 2 + 1));
    return wait_ms > asked_ms ? wait_ms : asked_ms;
}
