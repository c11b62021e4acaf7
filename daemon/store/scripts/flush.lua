-- SPDX-License-Identifier: Apache-2.0
-- KEYS head settle, record...
-- ARGV counter token seq, number of lanes, (field offset)..., (household settle_ms bytes)...
local head, settle = KEYS[1], KEYS[2]
if not holds(head, 'hash') then return {'type', head} end
if not holds(settle, 'zset') then return {'type', settle} end
local refused = other_owner(head, ARGV[1], ARGV[2], ARGV[3])
if refused then return refused end
local lanes = tonumber(ARGV[4])
local waiting = redis.call('EXISTS', settle) == 1
redis.call('HINCRBY', head, 'seq', 1)
if lanes > 0 then redis.call('HSET', head, unpack(ARGV, 5, 4 + 2 * lanes)) end
local at = 5 + 2 * lanes
for i = 3, #KEYS do
  local household, due, bytes = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  at = at + 3
  if bytes == '' then
    redis.call('DEL', KEYS[i])
  else
    redis.call('SET', KEYS[i], bytes)
  end
  if bytes ~= '' and due ~= '0' then
    redis.call('ZADD', settle, due, household)
    waiting = true
  elseif waiting then
    redis.call('ZREM', settle, household)
  end
end
return {'ok'}
