-- SPDX-License-Identifier: Apache-2.0
-- KEYS head alert case live index of timers outbox gone
-- ARGV 1 counter ('': not an owner's) 2 token 3 seq 4 field of the finding ('': none) 5 finding_seq
--      6 alert ('': only the finding is recorded, or the message sent) 7 field of the team 8 expected version 9 version
--      10 live 11 raised_s 12 household 13 snapshot 14 event id 15 event ('': none)
--      16 message id 17 message ('': none), (kind due_ms)...
local head, alert, case, live, index, of, timers, outbox, gone = unpack(KEYS)
local kinds = {'hash', 'hash', 'hash', 'zset', 'zset', 'zset', 'zset', 'stream', 'string'}
for i, kind in ipairs(kinds) do
  if not holds(KEYS[i], kind) then return {'type', KEYS[i]} end
end
local owned, id, team, is_live = ARGV[1] ~= '', ARGV[6], ARGV[7], ARGV[10] == '1'
if owned then
  local refused = other_owner(head, ARGV[1], ARGV[2], ARGV[3])
  if refused then return refused end
else
  local opened = redis.call('HGET', head, 'server')
  if opened and opened ~= server() then return {'stale'} end
end
if ARGV[4] ~= '' then
  local known = redis.call('HGET', case, ARGV[4]) or '0'
  -- As text: these numbers are longer than Lua's.
  local longer = #ARGV[5] - #known
  if longer < 0 or longer == 0 and ARGV[5] <= known then return {'duplicate', known} end
end
local case_now = redis.call('HGETALL', case)
local parts = {}
if id ~= '' then
  local version = redis.call('HGET', alert, 'version') or '0'
  if version ~= ARGV[8] then return {'version', version} end
  if owned and ARGV[8] == '0' and ARGV[15] == '' and
     (tonumber(redis.call('GET', gone) or '0') or 0) >= tonumber(ARGV[9]) then
    return {'gone'}
  end
  local other = redis.call('HGET', case, team)
  if is_live and other and other ~= id then return {'open', other} end
  parts = redis.call('HKEYS', alert)
end
-- From here on it writes.
if owned then redis.call('HINCRBY', head, 'seq', 1) end
if ARGV[4] ~= '' then redis.call('HSET', case, ARGV[4], ARGV[5]) end
local function send(topic, event, body)
  if body ~= '' then
    redis.call('XADD', outbox, '*', 'topic', topic, 'key', ARGV[12], 'id', event,
               'body', body)
  end
end
if id == '' then
  send('household', ARGV[16], ARGV[17])
  return {'ok'}
end
-- Without an event it was put back from the log, which may know more: until it is opened nobody else
-- changes its alerts, not even over a store that went back to before its first opening.
if owned and ARGV[15] == '' and not redis.call('HGET', head, 'server') then
  redis.call('HSET', head, 'server', '')
end
redis.call('HSET', alert, 'version', ARGV[9], 'snapshot', ARGV[13])
redis.call('ZADD', index, ARGV[11], id)
redis.call('ZADD', of, ARGV[11], id)
for i = 1, #case_now, 2 do
  if string.sub(case_now[i], 1, 5) == 'open:' and case_now[i + 1] == id then
    redis.call('HDEL', case, case_now[i])
  end
end
if is_live then
  redis.call('ZADD', live, ARGV[11], id)
  redis.call('HSET', case, team, id)
  for i = 18, #ARGV, 2 do
    if ARGV[i + 1] == '0' then
      redis.call('ZREM', timers, id .. '|' .. ARGV[i])
      redis.call('HDEL', alert, 'timer:' .. ARGV[i])
    else
      redis.call('ZADD', timers, ARGV[i + 1], id .. '|' .. ARGV[i])
      redis.call('HSET', alert, 'timer:' .. ARGV[i], ARGV[i + 1])
    end
  end
else
  redis.call('ZREM', live, id)
  for _, part in ipairs(parts) do
    if string.sub(part, 1, 6) == 'timer:' then
      redis.call('ZREM', timers, id .. '|' .. string.sub(part, 7))
      redis.call('HDEL', alert, part)
    end
  end
end
send('alerts', ARGV[14], ARGV[15])
send('household', ARGV[16], ARGV[17])
return {'ok'}
