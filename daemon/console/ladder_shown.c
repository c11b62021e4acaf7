/* SPDX-License-Identifier: Apache-2.0 */
#include "console/ladder_shown.h"

#include <string.h>

#include "base/json.h"

static void put_steps(const struct ladder *ladder, struct buffer *out)
{
    buffer_text(out, "\"steps\":[");
    for (size_t i = 0; i < ladder->step_count; i++) {
        const struct ladder_step *step = &ladder->steps[i];
        struct buffer wait = {0};
        json_put_item(out);
        buffer_text(out, "{");
        json_member_text(out, "channel", ladder_channel_names[step->channel]);
        json_member_text(out, "whom", ladder_whom_names[step->whom]);
        ladder_wait_text(step, &wait);
        json_member_text(out, "wait", wait.at);
        buffer_text(out, "}");
        buffer_done(&wait);
    }
    buffer_text(out, "],");
}

void ladder_shown_add(const struct alert *alert, const struct config *config, struct buffer *shown)
{
    /* A quote inside a text is escaped, so this stands where the member does and nowhere else. */
    const char *member =
        alert->climb.step ? ",\"ladder\":{\"name\":" : ",\"ladder_begins\":{\"name\":";
    const char *found = alert->climb.ladder[0] ? strstr(shown->at, member) : NULL;
    size_t count;
    const struct ladder *ladders = config_ladders(config, &count);
    const struct ladder *ladder = ladder_named(ladders, count, alert->climb.ladder);
    if (!found || !ladder)
        return;
    const char *at = strchr(found, '{') + 1;
    struct buffer whole = {0};
    buffer_add(&whole, shown->at, (size_t)(at - shown->at));
    put_steps(ladder, &whole);
    buffer_text(&whole, at);
    buffer_done(shown);
    *shown = whole;
}
