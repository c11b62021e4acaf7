/* SPDX-License-Identifier: Apache-2.0
 *
 * What somebody answered to an automatic message, told by the message gateway. Its signature is the
 * door: until that is good nothing is read, and nothing recorded. The history holds the message's
 * id: one that comes again changes nothing and is answered as the first time, also after a crash.
 */
#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "console/alerts.h"
#include "console/body.h"
#include "console/change.h"
#include "console/routes.h"
#include "console/session.h"
#include "delivery/telling.h"
#include "delivery/webhook.h"
#include "kafka/kafka.h"

#define WHO_PREFIX     "answer:"
#define TEXT_BYTES_MAX 500
#define AGE_MAX_MS     (24 * 3600 * 1000LL) /* says nothing of now */
#define AHEAD_MAX_MS   300000
#define LIVE_TRIES_MAX 3 /* alerts of a home may change while one looks */

struct said {
    const char *alert, *answer, *from, *at, *text; /* into the body */
    char instead[ALERT_ID_MAX];                    /* the alert that is live in its place; "" */
    enum alert_answer means;
    enum contact_whom whom;
    char note[ALERT_NOTE_MAX];
};

/* Ration guesses, not the gateway: others may share its address. */
static enum err refuse_stranger(struct request *request, struct answer *answer, struct fault *fault)
{
    request->unproven = true;
    if (!session_may_try(request, SESSION_TRY_ANSWER, &answer->retry_after_s)) {
        answer->status = 429;
        return fault_set(fault, ERR_BUSY, "too many wrong signatures from this address");
    }
    answer->retry_after_s = 0;
    session_count_wrong(request, SESSION_TRY_ANSWER);
    answer->status = 401;
    return fault_set(fault, ERR_DENIED,
                     "the signature is none of `answers`, or of more than five minutes ago");
}

static bool is_signed(const struct request *request, const struct config_answer *known)
{
    unsigned char key[CONFIG_SINK_KEY_MAX];
    size_t bytes = 0;
    struct fault fault;
    enum err err = config_sink_key(known->secret, key, &bytes, &fault);
    bool good = !err && webhook_verify((struct text){(const char *)key, bytes}, &request->webhook,
                                       clock_wall_ms(request->api->clock) / 1000, request->body);
    sodium_memzero(key, sizeof key);
    return good;
}

static enum err prove(struct request *request, struct answer *answer, struct fault *fault)
{
    struct api_host *host = &request->api->host;
    size_t count, i = 0;
    if (!request->webhook.id || !request->webhook.timestamp || !request->webhook.signature ||
        !telling_is_id(request->webhook.id)) {
        request->unproven = true;
        return fault_set(fault, ERR_INVALID,
                         "an answer has the headers webhook-id, webhook-timestamp and "
                         "webhook-signature of Standard Webhooks");
    }
    const struct config *config = host->config_hold(host->host);
    const struct config_answer *known = config_answers(config, &count);
    while (i < count && !is_signed(request, &known[i]))
        i++;
    if (i < count)
        (void)snprintf(request->peer.who, sizeof request->peer.who, WHO_PREFIX "%.40s",
                       known[i].name);
    host->config_release(host->host, config);
    return i < count ? ERR_OK : refuse_stranger(request, answer, fault);
}

static enum err check_age(const struct request *request, const char *at, struct fault *fault)
{
    int64_t at_ms, now_ms = clock_wall_ms(request->api->clock);
    bool has_offset;
    if (time_parse(text_of(at), &at_ms, &has_offset) || at_ms > now_ms + AHEAD_MAX_MS)
        return fault_set(fault, ERR_INVALID,
                         "at: when it was answered, as 2026-01-25T18:00:00+09:00");
    if (at_ms < now_ms - AGE_MAX_MS)
        return fault_set(fault, ERR_REFUSED,
                         "an answer of more than a day ago says nothing of now");
    return ERR_OK;
}

static enum err said_read(struct request *request, struct said *out, json_t **body,
                          struct fault *fault)
{
    const struct body_member members[] = {{"alert", &out->alert, ALERT_ID_MAX - 1, true},
                                          {"answer", &out->answer, 32, true},
                                          {"from", &out->from, 32, true},
                                          {"at", &out->at, 40, true},
                                          {"text", &out->text, TEXT_BYTES_MAX, false}};
    int means = 0, whom = 0;
    enum err err = body_read(request, members, sizeof members / sizeof members[0], body, fault);
    if (!err)
        err = body_word("answer", out->answer, alert_answer_names, 0, ALERT_ANSWER_COUNT, &means,
                        fault);
    if (!err)
        err = body_word("from", out->from, contact_whom_names, 0, WHOM_CONTACT_PERSON + 1, &whom,
                        fault);
    if (!err)
        err = check_age(request, out->at, fault);
    if (err)
        return err;
    out->means = (enum alert_answer)means;
    out->whom = (enum contact_whom)whom;
    (void)snprintf(out->note, sizeof out->note, "%s%s(message %s)", out->text ? out->text : "",
                   out->text && out->text[0] ? " " : "", request->webhook.id);
    (void)text_copy(text_of(out->alert), request->id, sizeof request->id);
    return ERR_OK;
}

/* A call for help must not be lost because the alert that was asked about is closed, and the home
 * has another one by now. */
static enum err help_where_it_is_live(const struct request *request, const struct alert *alert,
                                      struct said *said, struct fault *fault)
{
    struct store_case open;
    struct api *api = request->api;
    struct text household = text_of(alert->household);
    if (said->means != ANSWER_HELP || alert_is_live(alert))
        return ERR_OK;
    enum err err = api->store->ops->load_case(
        api->store, kafka_partition(household, api->partitions), household, &open, fault);
    if (err || !open.open[alert->team][0] || strcmp(open.open[alert->team], alert->id) == 0)
        return err;
    (void)text_copy(text_of(open.open[alert->team]), said->instead, sizeof said->instead);
    return fault_set(fault, ERR_REFUSED, "this home has another alert");
}

/* ERR_DUPLICATE: the history holds it already. ERR_REFUSED, and said->instead: look there. */
static enum err intend(struct request *request, const struct alert *alert, void *context,
                       struct change *out, struct answer *answer, struct fault *fault)
{
    struct said *said = context;
    (void)answer;
    if (strcmp(alert->id, request->id) != 0)
        return fault_set(fault, ERR_NOT_FOUND, "there is no alert %s: give its whole id",
                         said->alert);
    for (size_t i = 0; i < alert->step_count; i++) {
        const struct alert_step *step = &alert->steps[i];
        if (step->note && strcmp(step->what, alert_step_words[STEP_ANSWERED]) == 0 &&
            strcmp(step->who, request->peer.who) == 0 && strcmp(step->note, said->note) == 0)
            return ERR_DUPLICATE;
    }
    enum err err = help_where_it_is_live(request, alert, said, fault);
    if (err)
        return err;
    *out = (struct change){.kind = CHANGE_ANSWER,
                           .who = request->peer.who,
                           .note = said->note,
                           .at_ms = clock_wall_ms(request->api->clock),
                           .answer = said->means,
                           .from = said->whom};
    return ERR_OK;
}

static enum err record(struct request *request, struct said *said, struct answer *answer,
                       struct fault *fault)
{
    enum err err = ERR_REFUSED;
    for (int i = 0; err == ERR_REFUSED && i < LIVE_TRIES_MAX; i++) {
        said->instead[0] = '\0';
        err = alert_change(request, intend, said, answer, fault);
        if (said->instead[0])
            (void)text_copy(text_of(said->instead), request->id, sizeof request->id);
        else if (said->means != ANSWER_HELP)
            break;
    }
    if (err == ERR_DUPLICATE) {
        buffer_text(&request->result, "the same as before");
        return ERR_OK;
    }
    /* No word of the alert itself: a gateway carries messages. */
    if (err == ERR_REFUSED)
        return fault_set(fault, err, "nothing was recorded: the alert is closed");
    return err;
}

enum err handle_answer(struct request *request, struct answer *answer, struct fault *fault)
{
    struct said said = {0};
    json_t *body = NULL;
    enum err err = prove(request, answer, fault);
    if (!err)
        err = said_read(request, &said, &body, fault);
    if (!err)
        err = record(request, &said, answer, fault);
    if (!err) {
        buffer_clear(&answer->body);
        answer->version = 0;
        buffer_text(&answer->body, "{");
        json_member_text(&answer->body, "alert", said.alert);
        json_member_text(&answer->body, "answer", said.answer);
        json_member_bool(&answer->body, "recorded", true);
        buffer_text(&answer->body, "}");
    }
    json_decref(body);
    return err;
}
