/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery/addressee.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alert/alert.h"
#include "base/log.h"
#include "delivery/telling.h"
#include "delivery/webhook.h"
#include "kafka/kafka.h"

#define TRIES         5 /* of what another look may mend: some 15 s, unless set otherwise */
#define TAG_SHOWN_MAX 3 /* letters of a language's tag */

#define NAME(constant, word) [constant] = word,
const char *const addressee_lacks[ADDRESSEE_LACK_COUNT] = {ADDRESSEE_LACKS(NAME)};

struct addressee_finder {
    struct addressee_options options;
    struct directory *directory;
    struct store *store;
    struct directory_entry *entry; /* wiped between look-ups */
    char id[TELLING_ID_MAX];       /* of the event under way */
    unsigned tries;                /* of it that found a lack which may pass */
    bool said_language;
};

/* One event's step: borrowed from its JSON. */
struct due {
    const char *id, *alert, *household, *channel, *whom;
};

enum err addressee_finder_new(const struct addressee_options *options,
                              struct addressee_finder **out, struct fault *fault)
{
    struct addressee_finder *finder = memory_get(sizeof *finder);
    finder->options = *options;
    finder->entry = memory_get(sizeof *finder->entry);
    enum err err =
        directory_open(config_settings(options->config), options->clock, &finder->directory, fault);
    if (!err)
        err = options->host->store_new(options->host->context, &finder->store, fault);
    if (err)
        addressee_finder_free(finder);
    else
        *out = finder;
    return err;
}

void addressee_finder_free(struct addressee_finder *finder)
{
    if (!finder)
        return;
    directory_close(finder->directory);
    if (finder->store)
        finder->store->ops->free(finder->store);
    free(finder->entry);
    free(finder);
}

void addressees_wipe(struct addressees *addressees)
{
    explicit_bzero(addressees, sizeof *addressees);
}

static const char *member(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

/* True: it is so, and no further try will change it. */
static bool insist(struct addressee_finder *finder, const char *id)
{
    if (strcmp(finder->id, id) != 0) {
        (void)text_copy(text_of(id), finder->id, sizeof finder->id);
        finder->tries = 0;
    }
    return ++finder->tries >= TRIES;
}

static bool is_live(const char *state)
{
    int i = 0;
    while (i < ALERT_CLEARED && strcmp(state, alert_state_names[i]) != 0)
        i++;
    return i < ALERT_CLEARED;
}

/* An event may have waited for hours: who has opted out since, or is well, is not asked. An alert
 * that is not there may be one that a takeover is just putting back. */
static enum err look_at_alert(struct addressee_finder *finder, const struct due *due,
                              enum addressee_lack *lack, struct fault *fault)
{
    struct store *store = finder->store;
    struct buffer snapshot = {0};
    struct fault why = {""};
    uint32_t partition = kafka_partition(text_of(due->household), finder->options.partitions);
    enum err err = store->ops->alert(store, partition, due->alert, &snapshot, &why);
    if (!err) {
        json_t *alert = json_loadb(snapshot.at, snapshot.bytes, 0, NULL);
        if (!is_live(member(alert, "state")))
            *lack = LACKS_NEED;
        else if (strcmp(member(alert, "household"), due->household) != 0)
            err = fault_set(fault, ERR_INVALID,
                            "nobody is looked up: the event's alert is of another household");
        json_decref(alert);
    } else if (err == ERR_NOT_FOUND && insist(finder, due->id)) {
        *lack = LACKS_ALERT;
        err = ERR_OK;
    } else {
        err = fault_set(fault, err == ERR_INVALID ? err : ERR_UNREACHABLE,
                        "nobody is looked up: whether the alert is still open is not known: %s",
                        why.text[0] ? why.text : err_text(err));
    }
    buffer_done(&snapshot);
    return err;
}

static enum err record(const struct addressee_finder *finder, const struct due *due,
                       struct fault *fault)
{
    const struct addressee_host *host = finder->options.host;
    char why[TELLING_ID_MAX + 64];
    struct fault said = {""};
    (void)snprintf(why, sizeof why, "alert %s: %s to %s", due->alert, due->channel, due->whom);
    const struct addressee_record look_up = {finder->options.rules->name, due->alert,
                                             due->household, why};
    if (!host->record(host->context, &look_up, &said))
        return ERR_OK;
    return fault_set(fault, ERR_IO, "nobody is looked up without a record of it: %s", said.text);
}

static enum err look_up(struct addressee_finder *finder, const struct due *due,
                        enum addressee_lack *lack, struct fault *fault)
{
    enum err err =
        directory_look_up(finder->directory, text_of(due->household), finder->entry, fault);
    if (err == ERR_NOT_FOUND) {
        *lack = LACKS_HOUSEHOLD;
        return ERR_OK;
    }
    if (err == ERR_CORRUPT) {
        *lack = LACKS_ENTRY;
        return insist(finder, due->id) ? ERR_OK : ERR_UNREACHABLE;
    }
    return err;
}

/* By the tag's first part: "ko", "ko-KR". */
static bool speaks(const char *tag, enum language *out)
{
    for (int i = 0; i < LANGUAGE_COUNT; i++) {
        size_t bytes = strlen(language_names[i]);
        if (strncasecmp(tag, language_names[i], bytes) == 0 &&
            !isalnum((unsigned char)tag[bytes])) {
            *out = (enum language)i;
            return true;
        }
    }
    return false;
}

/* Once a start. The directory's text may be anything: it is shown where it is a language's tag. */
static void say_language(struct addressee_finder *finder, const char *tag, enum language instead)
{
    char shown[TAG_SHOWN_MAX + 1] = "?";
    size_t letters = 0;
    if (finder->said_language || !tag[0])
        return;
    while (isalpha((unsigned char)tag[letters]))
        letters++;
    if (letters > 1 && letters <= TAG_SHOWN_MAX && (!tag[letters] || tag[letters] == '-'))
        (void)text_copy((struct text){tag, letters}, shown, sizeof shown);
    finder->said_language = true;
    log_line(LOG_WARNING, "somebody speaks a language that there are no messages in",
             "sink=%s language=%s instead=%s", finder->options.rules->name, shown,
             language_names[instead]);
}

static enum language language_of(struct addressee_finder *finder,
                                 const struct directory_person *person)
{
    enum language language = (enum language)finder->options.rules->language;
    const char *home = finder->entry->language;
    if (!speaks(person->language, &language) && !speaks(home, &language))
        say_language(finder, person->language[0] ? person->language : home, language);
    return language;
}

static void take_people(struct addressee_finder *finder, bool contacts, struct addressees *out)
{
    const struct directory_entry *entry = finder->entry;
    const struct directory_person *people = contacts ? entry->contacts : entry->residents;
    size_t count = contacts ? entry->contact_count : entry->resident_count;
    for (size_t i = 0; i < count; i++) {
        struct addressee *to = &out->at[out->count];
        if (!people[i].phone[0])
            continue;
        memcpy(to->name, people[i].name, sizeof to->name);
        memcpy(to->phone, people[i].phone, sizeof to->phone);
        to->language = language_of(finder, &people[i]);
        out->count++;
    }
    out->lack = out->count ? LACKS_NOTHING : LACKS_TELEPHONE;
}

static enum err find(struct addressee_finder *finder, const struct due *due, struct addressees *out,
                     struct fault *fault)
{
    bool contacts = strcmp(due->whom, ladder_whom_names[LADDER_CONTACT_PERSON]) == 0;
    if (!contacts && strcmp(due->whom, ladder_whom_names[LADDER_RESIDENT]) != 0) {
        out->lack = LACKS_HOME;
        return ERR_OK;
    }
    enum err err = look_at_alert(finder, due, &out->lack, fault);
    if (err || out->lack)
        return err;
    err = record(finder, due, fault);
    if (!err)
        err = look_up(finder, due, &out->lack, fault);
    if (!err && !out->lack)
        take_people(finder, contacts, out);
    directory_wipe(finder->entry);
    return err;
}

enum err addressee_find(struct addressee_finder *finder, struct text event, struct addressees *out,
                        struct fault *fault)
{
    json_error_t why;
    json_t *root = event.bytes ? json_loadb(event.at, event.bytes, 0, &why) : NULL;
    const json_t *data = json_object_get(root, "data");
    const json_t *step = sink_due_step(finder->options.rules->channels, data);
    const struct due due = {.id = member(root, "id"),
                            .alert = member(data, "alert"),
                            .household = member(data, "household"),
                            .channel = member(step, "channel"),
                            .whom = member(step, "whom")};
    enum err err = ERR_OK;
    *out = (struct addressees){.lack = LACKS_STEP};
    if (step && !telling_is_id(due.id)) {
        err = fault_set(fault, ERR_INVALID, "the event's id is no word");
    } else if (step) {
        out->lack = LACKS_NOTHING;
        err = find(finder, &due, out, fault);
    }
    if (err)
        addressees_wipe(out);
    json_decref(root);
    return err;
}
