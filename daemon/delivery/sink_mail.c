/* SPDX-License-Identifier: Apache-2.0
 *
 * A mail to each of `to`, one after the other: whoever has it does not get it again while others
 * are tried again. After a restart they do, under the same Message-ID. One mailbox that puts off
 * everything (it is full) keeps the others waiting once, and not for long.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "delivery/mail.h"
#include "delivery/sink.h"
#include "http/mail.h"

#define TRIES 5 /* for whoever is put off, once another has it: some 15 s, unless set otherwise */

struct recipient {
    enum err came_to; /* of the event under way; ERR_BUSY: nothing yet */
    unsigned tries;   /* of it, put off, while another has it */
    bool away;        /* it went without the last one: now one try each */
};

struct sink_mail {
    const struct config_sink *rules;
    const struct config *config;
    const struct clock *clock;
    const atomic_bool *stopping;
    struct mailer *mailer;
    struct progress {
        char id[TELLING_ID_MAX]; /* of the event under way */
        struct recipient to[CONFIG_SINK_TO_MAX];
    } progress, test; /* a test comes between the tries of an event */
    long code;        /* of the last refusal; 0: there was none */
};

enum err sink_mail_new(const struct sink_options *options, void **out, struct fault *fault)
{
    struct mailer *mailer = NULL;
    enum err err = mailer_new(&mailer, fault);
    if (err)
        return err;
    struct sink_mail *mail = memory_get(sizeof *mail);
    mail->rules = options->rules;
    mail->config = options->config;
    mail->clock = options->clock;
    mail->stopping = options->stopping;
    mail->mailer = mailer;
    *out = mail;
    return ERR_OK;
}

static struct progress *begin(struct sink_mail *mail, const struct telling *telling)
{
    struct progress *progress = telling->kind == TEMPLATE_TEST ? &mail->test : &mail->progress;
    mail->code = 0;
    if (strcmp(progress->id, telling->id) == 0)
        return progress;
    (void)text_copy(text_of(telling->id), progress->id, sizeof progress->id);
    for (size_t i = 0; i < mail->rules->to_count; i++) {
        progress->to[i].came_to = ERR_BUSY;
        progress->to[i].tries = 0;
    }
    return progress;
}

/* *put_off: it is this recipient that is to be tried again, not the server as a whole. */
static enum err send_to(struct sink_mail *mail, const struct telling *telling, const char *to,
                        bool *put_off, struct fault *fault)
{
    const struct config_sink *rules = mail->rules;
    struct buffer message = {0};
    struct mail_answer answer = {.code = 0};
    mail_write(telling, config_template(mail->config, telling->kind, rules->language), rules->from,
               to, clock_wall_ms(mail->clock) / 1000, &message);
    const struct mail_post post = {.url = rules->url,
                                   .clear = rules->insecure || config_url_is_local(rules->url),
                                   .ca = rules->ca,
                                   .user = rules->user,
                                   .password = rules->password,
                                   .from = rules->from,
                                   .to = to,
                                   .message = buffer_view(&message),
                                   .timeout_ms = (long)rules->timeout_s * 1000,
                                   .stopping = mail->stopping};
    enum err err = mailer_send(mail->mailer, &post, &answer, fault);
    if (!err)
        err = mail_answer_means(answer.code, answer.command, fault);
    *put_off = err == ERR_BUSY && mail_answer_is_of_message(answer.command);
    if (err)
        mail->code = answer.code;
    buffer_done(&message);
    return err;
}

/* Addresses stay out of the log: the place in the list names one. */
static void tell_refused(const struct sink_mail *mail, size_t index, const struct fault *why)
{
    log_line(LOG_WARNING, "mail refused for a recipient", "sink=%s to=%zu detail=\"%s\"",
             mail->rules->name, index + 1, why->text);
}

/* Somebody has it: the alerts behind it do not wait for one mailbox until give_up. */
static bool go_without(const struct sink_mail *mail, struct progress *progress, size_t index)
{
    struct recipient *to = &progress->to[index];
    to->tries++;
    if (to->tries < (to->away ? 1 : TRIES))
        return false;
    to->away = true;
    to->came_to = ERR_REFUSED;
    log_line(LOG_WARNING, "mail not taken for a recipient, others have it", "sink=%s to=%zu",
             mail->rules->name, index + 1);
    return true;
}

/* ERR_TIMEOUT, ERR_UNREACHABLE: the server does not answer. */
static enum err send_one(struct sink_mail *mail, struct progress *progress, size_t index,
                         const struct telling *telling, bool *put_off, struct fault *fault)
{
    struct recipient *to = &progress->to[index];
    enum err err = send_to(mail, telling, mail->rules->to[index], put_off, fault);
    if (err == ERR_TIMEOUT || err == ERR_UNREACHABLE)
        return err;
    if (err == ERR_INVALID)
        tell_refused(mail, index, fault);
    if (!err)
        to->away = false;
    to->came_to = err;
    return ERR_OK;
}

/* A server that does not answer is asked once; one that puts off a recipient, for the next one. */
static enum err send_all(struct sink_mail *mail, struct progress *progress,
                         const struct telling *telling, struct fault *fault)
{
    bool put_off[CONFIG_SINK_TO_MAX] = {false};
    size_t taken = 0, waiting = 0;
    for (size_t i = 0; i < mail->rules->to_count; i++) {
        enum err err = progress->to[i].came_to == ERR_BUSY
                           ? send_one(mail, progress, i, telling, &put_off[i], fault)
                           : ERR_OK;
        if (err)
            return err;
        taken += progress->to[i].came_to == ERR_OK;
    }
    for (size_t i = 0; i < mail->rules->to_count; i++)
        if (progress->to[i].came_to == ERR_BUSY)
            waiting += !taken || !put_off[i] || !go_without(mail, progress, i);
    if (waiting)
        return ERR_BUSY;
    return taken ? ERR_OK : ERR_INVALID;
}

static enum err deliver(void *sink, struct text event, struct fault *fault)
{
    struct sink_mail *mail = sink;
    struct telling telling;
    const char *public_url = config_settings(mail->config)->console.public_url;
    enum err err = telling_make(event, mail->rules->language, public_url, &telling, fault);
    if (!err)
        err = send_all(mail, begin(mail, &telling), &telling, fault);
    telling_done(&telling);
    return err;
}

static void mail_free(void *sink)
{
    struct sink_mail *mail = sink;
    if (!mail)
        return;
    mailer_free(mail->mailer);
    free(mail);
}

static long answered(const void *sink)
{
    return ((const struct sink_mail *)sink)->code;
}

const struct sink_ops sink_mail_ops = {
    .name = "mail",
    .deliver = deliver,
    .answered = answered,
    .free = mail_free,
};
