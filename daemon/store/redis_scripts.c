/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys of partition p, all below <prefix>{p}: and so in one slot
 * (docs/decisions/0002-store-keys.md)
 *
 *   head        hash    counter, token, seq, log, offset:<topic>...
 *   h:<hh>      string  the record of household hh
 *   settle      zset    household by settle_ms: late batches that have not settled
 *   case:<hh>   hash    open:<team> alert id; seq:<detector> last finding applied
 *   a:<id>      hash    version, snapshot, timer:<kind> due_ms
 *   live        zset    live alerts by raised_s
 *   index       zset    all alerts by raised_s
 *   of:<hh>     zset    the alerts of household hh by raised_s
 *   timers      zset    "<id>|<kind>" by due_ms
 *   outbox      stream  topic, key, id, body
 *
 * <prefix>partitions holds the pinned number of partitions.
 *
 * Redis does not roll a script back. So each script names all its keys in KEYS, checks types,
 * owner, sequence, finding and version, and only then writes; values were checked before it was
 * sent, so no write can fail for their sake. Redis refuses a script for lack of memory, as a
 * replica or with a full disk only at its first write. Numbers are compared as the decimal text
 * that we wrote.
 */
#include "store/redis_scripts.h"

/* One line of Lua a line. */
#define L(line) line "\n"

#define CHECKS                                                             \
    L("local function holds(key, kind)")                                   \
    L("  local found = redis.call('TYPE', key).ok")                        \
    L("  return found == 'none' or found == kind")                         \
    L("end")                                                               \
    L("local function other_owner(key, counter, token, seq)")              \
    L("  local now = redis.call('HMGET', key, 'counter', 'token', 'seq')") \
    L("  local has = {now[1] or '0', now[2] or '', now[3] or '0'}")        \
    L("  if has[1] ~= counter or has[2] ~= token or has[3] ~= seq then")   \
    L("    return {'owner', has[1], has[2], has[3]}")                      \
    L("  end")                                                             \
    L("end")

/* KEYS head; ARGV token. ok: the new counter. The sequence goes on. */
static const char take[] = CHECKS /* */
    L("if not holds(KEYS[1], 'hash') then return {'type', KEYS[1]} end")
        L("local counter = redis.call('HGET', KEYS[1], 'counter') or '0'")
            L("if not string.find(counter, '^%d+$') then return {'type', KEYS[1]} end")
                L("redis.call('HINCRBY', KEYS[1], 'counter', 1)")
                    L("redis.call('HSET', KEYS[1], 'token', ARGV[1])")
                        L("return {'ok', redis.call('HGET', KEYS[1], 'counter')}");

/* KEYS head settle, record...
 * ARGV counter token seq, number of lanes, (field offset)..., (household settle_ms bytes)... */
static const char flush[] = CHECKS /* */
    L("local head, settle = KEYS[1], KEYS[2]")
        L("if not holds(head, 'hash') then return {'type', head} end")
            L("if not holds(settle, 'zset') then return {'type', settle} end") L(
                "local refused = other_owner(head, ARGV[1], ARGV[2], ARGV[3])")
                L("if refused then return refused end") L("local lanes = tonumber(ARGV[4])") L(
                    "local waiting = redis.call('EXISTS', settle) == 1")
                    L("redis.call('HINCRBY', head, 'seq', 1)") L(
                        "if lanes > 0 then redis.call('HSET', head, unpack(ARGV, 5, 4 + 2 * "
                        "lanes)) end") L("local at = 5 + 2 * lanes") L("for i = 3, #KEYS do")
                        L("  local household, due, bytes = ARGV[at], ARGV[at + 1], ARGV[at + 2]")
                            L("  at = at + 3") L("  if bytes == '' then")
                                L("    redis.call('DEL', KEYS[i])") L("  else")
                                    L("    redis.call('SET', KEYS[i], bytes)") L("  end")
                                        L("  if bytes ~= '' and due ~= '0' then")
                                            L("    redis.call('ZADD', settle, due, household)")
                                                L("    waiting = true") L("  elseif waiting then")
                                                    L("    redis.call('ZREM', settle, household)")
                                                        L("  end") L("end") L("return {'ok'}");

/* KEYS head alert case live index of timers outbox
 * ARGV 1 counter ('': not an owner's) 2 token 3 seq 4 field of the finding ('': none) 5 finding_seq
 *      6 alert ('': only the finding is recorded) 7 field of the team 8 expected version 9 version
 *      10 live 11 raised_s 12 household 13 snapshot 14 event id 15 event ('': none)
 *      16 message id 17 message ('': none), (kind due_ms)... */
static const char transition[] = CHECKS /* */
    L("local head, alert, case, live, index, of, timers, outbox = unpack(KEYS)")
        L("local kinds = {'hash', 'hash', 'hash', 'zset', 'zset', 'zset', 'zset', 'stream'}")
            L("for i, kind in ipairs(kinds) do") L(
                "  if not holds(KEYS[i], kind) then return {'type', "
                "KEYS[i]} end") L("end") L("local owned, id, team, is_live = ARGV[1] ~= '', "
                                           "ARGV[6], ARGV[7], ARGV[10] == '1'") L("if owned then")
                L("  local refused = other_owner(head, ARGV[1], ARGV[2], ARGV[3])") L(
                    "  if refused then return refused end") L("end") L("if ARGV[4] ~= '' then")
                    L("  local known = redis.call('HGET', case, ARGV[4]) or '0'") L(
                        "  if tonumber(ARGV[5]) <= (tonumber(known) or 0) then return "
                        "{'duplicate', known} end") L("end")
                        L("local case_now = redis.call('HGETALL', case)") L("local parts = {}")
                            L("if id ~= '' then") L(
                                "  local version = redis.call('HGET', alert, 'version') or '0'")
                                L("  if version ~= ARGV[8] then return {'version', version} end")
                                    L("  local other = redis.call('HGET', case, team)")
                                        L("  if is_live and other and other ~= id then return "
                                          "{'open', other} end")
                                            L("  parts = redis.call('HKEYS', alert)") L("end")
    /* From here on it writes. */
    L("if owned then redis.call('HINCRBY', head, 'seq', 1) end") L(
        "if ARGV[4] ~= '' then redis.call('HSET', case, ARGV[4], ARGV[5]) end")
        L("if id == '' then return {'ok'} end") L(
            "redis.call('HSET', alert, 'version', ARGV[9], "
            "'snapshot', ARGV[13])") L("redis.call('ZADD', index, ARGV[11], id)")
            L("redis.call('ZADD', of, ARGV[11], id)") L("for i = 1, #case_now, 2 do") L(
                "  if string.sub(case_now[i], 1, 5) == 'open:' and case_now[i + 1] == id then")
                L("    redis.call('HDEL', case, case_now[i])") L("  end") L("end") L(
                    "if is_live then") L("  redis.call('ZADD', live, ARGV[11], id)")
                    L("  redis.call('HSET', case, team, id)") L("  for i = 18, #ARGV, 2 do") L(
                        "    if ARGV[i + 1] == '0' then") L("      redis.call('ZREM', timers, id "
                                                            ".. '|' .. ARGV[i])")
                        L("      redis.call('HDEL', alert, 'timer:' .. ARGV[i])") L("    else") L(
                            "      redis.call('ZADD', timers, ARGV[i + 1], id .. '|' .. ARGV[i])")
                            L("      redis.call('HSET', alert, 'timer:' .. ARGV[i], ARGV[i + 1])")
                                L("    end") L("  end") L("else")
                                    L("  redis.call('ZREM', live, id)") L(
                                        "  for _, part in ipairs(parts) do")
                                        L("    if string.sub(part, 1, 6) == 'timer:' then") L(
                                            "      redis.call('ZREM', timers, id .. '|' .. "
                                            "string.sub(part, 7))") L("      redis.call('HDEL', "
                                                                      "alert, part)") L("    end")
                                            L("  end") L("end") L(
                                                "local function send(topic, event, body)")
                                                L("  if body ~= '' then") L(
                                                    "    redis.call('XADD', outbox, '*', 'topic', "
                                                    "topic, 'key', ARGV[12], 'id', event,")
                                                    L("               'body', body)") L("  end") L(
                                                        "end")
                                                        L("send('alerts', ARGV[14], ARGV[15])") L(
                                                            "send('household', ARGV[16], ARGV[17])")
                                                            L("return {'ok'}");

/* KEYS head outbox; ARGV counter ('': not an owner's) token seq, log offset ('': none), entry...
 * ok: the log offset as it is. Entries go first: that makes room when memory is full. */
static const char outbox_done[] = CHECKS /* */
    L("local head, outbox, owned = KEYS[1], KEYS[2], ARGV[1] ~= ''")
        L("if not holds(head, 'hash') then return {'type', head} end")
            L("if not holds(outbox, 'stream') then return {'type', outbox} end") L("if owned then")
                L("  local refused = other_owner(head, ARGV[1], ARGV[2], ARGV[3])") L(
                    "  if refused then return refused end") L("end")
                    L("for i = 5, #ARGV do redis.call('XDEL', outbox, ARGV[i]) end") L(
                        "if not owned then return {'ok', ''} end")
                        L("redis.call('HINCRBY', head, 'seq', 1)") L(
                            "local log = redis.call('HGET', head, 'log') or '-1'")
                            L("if ARGV[4] ~= '' and tonumber(ARGV[4]) > (tonumber(log) or -1) then")
                                L("  log = ARGV[4]") L("  redis.call('HSET', head, 'log', log)")
                                    L("end") L("return {'ok', log}");

/* KEYS any key of ours. Writes nothing: asks whether our account may use each command that the
 * store uses, because one denied in the middle of a script would leave half of it done. */
static const char allowed[] = /* */
    L("local key = KEYS[1]") L("local calls = {")
        L("  {'GET', key}, {'SET', key, '1'}, {'MGET', key}, {'DEL', key}, {'EXISTS', key},")
            L("  {'TYPE', key}, {'HGET', key, 'f'}, {'HMGET', key, 'f'}, {'HGETALL', key},")
                L("  {'HKEYS', key}, {'HSET', key, 'f', '1'}, {'HDEL', key, 'f'},") L(
                    "  {'HINCRBY', key, 'f', '1'}, {'ZADD', key, '1', 'm'}, {'ZREM', key, 'm'},")
                    L("  {'ZRANGE', key, '0', '1'}, {'ZREVRANGE', key, '0', '1'},") L(
                        "  {'ZRANGEBYSCORE', key, '0', '1'}, {'XADD', key, '*', 'f', '1'}, "
                        "{'XDEL', key, '1-1'},")
                        L("  {'XRANGE', key, '-', '+'}, {'EVAL', 'return 1', '1', key}, {'TIME'},")
                            L("}") L("for _, call in ipairs(calls) do")
                                L("  if not redis.acl_check_cmd(unpack(call)) then return "
                                  "{'denied', call[1]} end") L("end") L("return {'ok'}");

const char *const redis_scripts[REDIS_SCRIPT_COUNT] = {
    [SCRIPT_TAKE] = take,
    [SCRIPT_FLUSH] = flush,
    [SCRIPT_TRANSITION] = transition,
    [SCRIPT_OUTBOX_DONE] = outbox_done,
    [SCRIPT_ALLOWED] = allowed,
};

#define WORD(constant, word) [constant] = (word),
const char *const redis_answer_words[REDIS_ANSWER_COUNT] = {REDIS_ANSWERS(WORD)};
