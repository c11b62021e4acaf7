/* SPDX-License-Identifier: Apache-2.0
 *
 * The scripts lie in scripts/, as Lua; here they become bytes of the program.
 *
 * Keys of partition p, all below <prefix>{p}: and so in one slot
 * (docs/decisions/0002-store-keys.md)
 *
 *   head        hash    counter, token, seq, log, server, offset:<topic>...
 *   h:<hh>      string  the record of household hh; "h:" nobody's: what was counted of all homes
 *   settle      zset    household by settle_ms: late batches that have not settled
 *   outlook     zset    household by minus the hours to an alert; 1 unknown (redis_outlooks.c)
 *   case:<hh>   hash    open:<team> alert id; seq:<detector> last finding applied
 *   a:<id>      hash    version, snapshot, timer:<kind> due_ms
 *   gone:<id>   string  version at which it was erased; expires
 *   live        zset    live alerts by raised_s
 *   index       zset    all alerts by raised_s
 *   of:<hh>     zset    the alerts of household hh by raised_s
 *   timers      zset    "<id>|<kind>" by due_ms
 *   outbox      stream  topic, key, id, body
 *
 * <prefix>partitions holds the pinned number of partitions.
 *
 * Soft state of a group of homes, below <prefix>{<group>}, such as {feeder:F-201}; it expires
 *
 *   hour:<h>    hash    metered, dark, expected, seen: what its homes showed in hour h
 *   incident    string  version, line break, its latest incident
 *
 * <prefix>incidents is a zset of the groups that have one, by when it was opened.
 *
 * Documents of a shelf, below <prefix>{shelf:<shelf>}
 *
 *   d:<name>    string  version, line break, the document; may expire
 *   names       zset    the names by when they expire, in ms; 0 never
 *
 * Redis does not roll a script back. So each script names all its keys in KEYS, checks types,
 * owner, sequence, finding and version, and only then writes; values were checked before it was
 * sent, so no write can fail for their sake. Redis refuses a script for lack of memory, as a
 * replica or with a full disk only at its first write. Numbers are compared as the decimal text
 * that we wrote.
 */
#include "store/redis_scripts.h"

#include "base/embed.h"

EMBED_TEXTS(take, "daemon/store/scripts/checks.lua", "daemon/store/scripts/take.lua");
EMBED_TEXTS(open, "daemon/store/scripts/checks.lua", "daemon/store/scripts/open.lua");
EMBED_TEXTS(flush, "daemon/store/scripts/checks.lua", "daemon/store/scripts/flush.lua");
EMBED_TEXTS(transition, "daemon/store/scripts/checks.lua", "daemon/store/scripts/transition.lua");
EMBED_TEXTS(outbox_done, "daemon/store/scripts/checks.lua", "daemon/store/scripts/outbox_done.lua");
EMBED_TEXTS(erase, "daemon/store/scripts/checks.lua", "daemon/store/scripts/erase.lua");
EMBED_TEXTS(incident, "daemon/store/scripts/checks.lua", "daemon/store/scripts/incident.lua");
EMBED_TEXTS(document, "daemon/store/scripts/checks.lua", "daemon/store/scripts/document.lua");
EMBED_TEXT(allowed, "daemon/store/scripts/allowed.lua");

const char *const redis_scripts[REDIS_SCRIPT_COUNT] = {
    [SCRIPT_TAKE] = embed_take,
    [SCRIPT_OPEN] = embed_open,
    [SCRIPT_FLUSH] = embed_flush,
    [SCRIPT_TRANSITION] = embed_transition,
    [SCRIPT_OUTBOX_DONE] = embed_outbox_done,
    [SCRIPT_ERASE] = embed_erase,
    [SCRIPT_INCIDENT] = embed_incident,
    [SCRIPT_DOCUMENT] = embed_document,
    [SCRIPT_ALLOWED] = embed_allowed,
};

#define WORD(constant, word) [constant] = (word),
const char *const redis_answer_words[REDIS_ANSWER_COUNT] = {REDIS_ANSWERS(WORD)};
