/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery/told.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "alert/redact.h"
#include "delivery/telling.h"
#include "delivery/webhook.h"
#include "delivery/words.h"

static void say_reasons(json_t *data, enum language language)
{
    const json_t *reasons = json_object_get(data, "reasons");
    for (size_t i = 0; i < json_array_size(reasons); i++) {
        json_t *reason = json_array_get(reasons, i);
        struct buffer sentence = {0};
        if (json_is_object(reason))
            telling_reason(reason, language, &sentence);
        if (sentence.bytes)
            (void)json_object_set_new(reason, "summary", json_stringn(sentence.at, sentence.bytes));
        buffer_done(&sentence);
    }
}

static json_t *message_in(const struct told *told, enum template_kind kind, enum language language)
{
    const char *values[TEMPLATE_FIELD_COUNT];
    const char *sender = told->rules->sender;
    struct buffer text = {0};
    for (int i = 0; i < TEMPLATE_FIELD_COUNT; i++)
        values[i] = "";
    values[FIELD_SENDER] = sender[0] ? sender : words_in(language)->sender;
    template_message(config_template(told->config, kind, language), values, &text);
    json_t *message = json_pack("{s:s, s:s%}", "language", language_names[language], "text",
                                buffer_view(&text).at, text.bytes);
    buffer_done(&text);
    return message;
}

/* What a telephone is to show: whoever holds it, so nothing of the alert. NULL: nothing. */
static json_t *messages_of(const struct told *told, const json_t *data)
{
    const json_t *step = sink_due_step(told->rules->channels & 1u << BY_MESSAGE, data);
    const char *whom = json_string_value(json_object_get(step, "whom"));
    bool contact = whom && strcmp(whom, ladder_whom_names[LADDER_CONTACT_PERSON]) == 0;
    if (!whom || (!contact && strcmp(whom, ladder_whom_names[LADDER_RESIDENT]) != 0))
        return NULL;
    enum template_kind kind = contact ? TEMPLATE_CONTACT : TEMPLATE_RESIDENT;
    json_t *messages = json_array();
    for (int language = 0; language < LANGUAGE_COUNT; language++)
        (void)json_array_append_new(messages, message_in(told, kind, (enum language)language));
    return messages;
}

static void put_addressees(const struct addressees *to, json_t *data)
{
    json_t *list = json_array();
    for (size_t i = 0; i < to->count; i++) {
        const struct addressee *one = &to->at[i];
        json_t *item = json_pack("{s:s, s:s, s:s}", "name", one->name, "phone", one->phone,
                                 "language", language_names[one->language]);
        (void)json_array_append_new(list, item);
    }
    if (to->lack)
        (void)json_object_set_new(data, "to_missing", json_string(addressee_lacks[to->lack]));
    else
        (void)json_object_set(data, "to", list);
    json_decref(list);
}

/* Beside a telephone nothing else of the alert: with it, reasons and pseudonym would be somebody's.
 * What comes back names the alert. */
static json_t *leave_step(json_t *root, const json_t *data)
{
    static const char *const kept[] = {"alert", "timezone", "ladder"};
    json_t *left = json_object();
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        (void)json_object_set(left, kept[i], json_object_get(data, kept[i]));
    (void)json_object_set(root, "subject", json_object_get(data, "alert"));
    (void)json_object_set_new(root, "data", left);
    return left;
}

/* What the sink's words add and change; a mail has its own. */
static enum err rewrite(const struct told *told, struct text event, struct buffer *out,
                        struct fault *fault)
{
    enum language language = (enum language)told->rules->language;
    json_error_t why;
    json_t *root = event.bytes ? json_loadb(event.at, event.bytes, 0, &why) : NULL;
    json_t *data = json_object_get(root, "data");
    char *text = NULL;
    if (json_is_object(root)) {
        json_t *messages = messages_of(told, data);
        if (told->to && told->to->lack != LACKS_STEP)
            put_addressees(told->to, data = leave_step(root, data));
        else if (language != LANGUAGE_EN)
            say_reasons(data, language);
        if (messages)
            (void)json_object_set_new(data, "messages", messages);
        text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(REDACT_DIGITS));
    }
    enum err err = text ? ERR_OK : fault_set(fault, ERR_INVALID, "no JSON object");
    if (text) {
        buffer_text(out, text);
        explicit_bzero(text, strlen(text)); /* it may name people */
    }
    free(text);
    json_decref(root);
    return err;
}

enum err told_write(const struct told *told, struct text event, struct buffer *out,
                    struct fault *fault)
{
    const struct config_sink *rules = told->rules;
    struct buffer shown = {0};
    enum err err = ERR_OK;
    if (!rules->hours) {
        err = redact_event(event, &shown, fault);
        event = buffer_view(&shown);
    }
    bool changes = rules->language != LANGUAGE_EN || rules->channels;
    if (!err && changes && rules->kind != SINK_MAIL)
        err = rewrite(told, event, out, fault);
    else if (!err)
        buffer_add(out, event.at, event.bytes);
    buffer_done(&shown);
    return err;
}
