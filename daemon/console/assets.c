/* SPDX-License-Identifier: Apache-2.0 */
#include "console/assets.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embed.h"

#define PAGE          "daemon/console/page/"
#define DYGRAPHS      "/usr/share/javascript/dygraphs/"
#define RELEASE_BYTES 8
#define RELEASE_CHARS (2 * RELEASE_BYTES)
#define RELEASE_MARK  "{release}" /* in index.html, where the hash goes */

/* X(constant, folder, name, type). THE list of files; tests/lint compares it with the folder. */
#define ASSETS(X)                                 \
    X(dygraph_js, DYGRAPHS, "dygraph.min.js", JS) \
    X(dygraph_css, DYGRAPHS, "dygraph.css", CSS)  \
    X(accounts_js, PAGE, "accounts.js", JS)       \
    X(act_js, PAGE, "act.js", JS)                 \
    X(alert_js, PAGE, "alert.js", JS)             \
    X(api_js, PAGE, "api.js", JS)                 \
    X(app_js, PAGE, "app.js", JS)                 \
    X(areas_js, PAGE, "areas.js", JS)             \
    X(audit_js, PAGE, "audit.js", JS)             \
    X(changes_js, PAGE, "changes.js", JS)         \
    X(columns_js, PAGE, "columns.js", JS)         \
    X(directory_js, PAGE, "directory.js", JS)     \
    X(dom_js, PAGE, "dom.js", JS)                 \
    X(en_json, PAGE, "en.json", JSON)             \
    X(form_js, PAGE, "form.js", JS)               \
    X(grant_js, PAGE, "grant.js", JS)             \
    X(handover_js, PAGE, "handover.js", JS)       \
    X(household_js, PAGE, "household.js", JS)     \
    X(icon_svg, PAGE, "icon.svg", SVG)            \
    X(keys_js, PAGE, "keys.js", JS)               \
    X(ko_json, PAGE, "ko.json", JSON)             \
    X(legend_js, PAGE, "legend.js", JS)           \
    X(live_js, PAGE, "live.js", JS)               \
    X(loud_js, PAGE, "loud.js", JS)               \
    X(notice_js, PAGE, "notice.js", JS)           \
    X(on_call_js, PAGE, "on_call.js", JS)         \
    X(ops_js, PAGE, "ops.js", JS)                 \
    X(pages_js, PAGE, "pages.js", JS)             \
    X(pair_js, PAGE, "pair.js", JS)               \
    X(picture_js, PAGE, "picture.js", JS)         \
    X(place_js, PAGE, "place.js", JS)             \
    X(queue_js, PAGE, "queue.js", JS)             \
    X(secret_js, PAGE, "secret.js", JS)           \
    X(sentence_js, PAGE, "sentence.js", JS)       \
    X(sign_in_js, PAGE, "sign_in.js", JS)         \
    X(stats_js, PAGE, "stats.js", JS)             \
    X(strips_js, PAGE, "strips.js", JS)           \
    X(style_css, PAGE, "style.css", CSS)          \
    X(table_js, PAGE, "table.js", JS)             \
    X(team_js, PAGE, "team.js", JS)               \
    X(text_js, PAGE, "text.js", JS)               \
    X(tokens_js, PAGE, "tokens.js", JS)

#define JS   "text/javascript; charset=utf-8"
#define CSS  "text/css; charset=utf-8"
#define SVG  "image/svg+xml"
#define JSON "application/json"
#define HTML "text/html; charset=utf-8"

#define EMBED(constant, folder, name, type) EMBED_TEXT(constant, folder name);
ASSETS(EMBED)
EMBED_TEXT(index_html, PAGE "index.html");

#define ROW(constant, folder, name, type) {(name), (type), embed_##constant},
static const struct file {
    const char *name, *type, *text;
} files[] = {ASSETS(ROW)};
#define FILES (sizeof files / sizeof files[0])

/* Nothing from elsewhere, nothing inline, in nobody's frame. */
const char *const assets_headers[][2] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
     "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
    {NULL, NULL},
};

struct assets {
    char release[RELEASE_CHARS + 1];
    struct buffer index; /* the first page, with the release in its paths */
};

static void release_make(char out[RELEASE_CHARS + 1])
{
    crypto_generichash_state state;
    unsigned char hash[crypto_generichash_BYTES_MIN];
    (void)crypto_generichash_init(&state, NULL, 0, sizeof hash);
    for (size_t i = 0; i < FILES; i++) {
        (void)crypto_generichash_update(&state, (const unsigned char *)files[i].text,
                                        strlen(files[i].text) + 1);
    }
    (void)crypto_generichash_update(&state, (const unsigned char *)embed_index_html,
                                    strlen(embed_index_html));
    (void)crypto_generichash_final(&state, hash, sizeof hash);
    (void)sodium_bin2hex(out, RELEASE_CHARS + 1, hash, RELEASE_BYTES);
}

struct assets *assets_new(void)
{
    struct assets *assets = memory_get(sizeof *assets);
    release_make(assets->release);
    for (const char *at = embed_index_html, *mark; at; at = mark) {
        mark = strstr(at, RELEASE_MARK);
        buffer_add(&assets->index, at, mark ? (size_t)(mark - at) : strlen(at));
        if (mark) {
            buffer_text(&assets->index, assets->release);
            mark += sizeof RELEASE_MARK - 1;
        }
    }
    return assets;
}

void assets_free(struct assets *assets)
{
    if (!assets)
        return;
    buffer_done(&assets->index);
    free(assets);
}

const char *assets_release(const struct assets *assets)
{
    return assets->release;
}

bool assets_find(const struct assets *assets, const char *path, struct asset *out)
{
    static const char folder[] = "/assets/";
    if (strcmp(path, "/") == 0) {
        *out = (struct asset){"", HTML, buffer_view(&assets->index)};
        return true;
    }
    if (strncmp(path, folder, sizeof folder - 1) != 0)
        return false;
    path += sizeof folder - 1;
    if (strncmp(path, assets->release, RELEASE_CHARS) != 0 || path[RELEASE_CHARS] != '/')
        return false;
    path += RELEASE_CHARS + 1;
    for (size_t i = 0; i < FILES; i++)
        if (strcmp(path, files[i].name) == 0) {
            *out = (struct asset){files[i].name, files[i].type, text_of(files[i].text)};
            return true;
        }
    return false;
}
