-- SPDX-License-Identifier: Apache-2.0
-- KEYS head settle outlook, record...
-- ARGV counter token seq, number of lanes, (field offset)...,
--      (household settle_ms outlook bytes)...
local head, settle, outlook = KEYS[1], KEYS[2], KEYS[3]
if not holds(head, 'hash') then return {'type', head} end
if not holds(settle, 'zset') then return {'type', settle} end
if not holds(outlook, 'zset') then return {'type', outlook} end
local refused = other_owner(head, ARGV[1], ARGV[2], ARGV[3])
if refused then return refused end
local lanes = tonumber(ARGV[4])
local waiting = redis.call('EXISTS', settle) == 1
redis.call('HINCRBY', head, 'seq', 1)
if lanes > 0 then redis.call('HSET', head, unpack(ARGV, 5, 4 + 2 * lanes)) end
local at = 5 + 2 * lanes
for i = 4, #KEYS do
  local household, due, told, bytes = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  at = at + 4
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
  if bytes ~= '' and told ~= '' then
    redis.call('ZADD', outlook, told, household)
  else
    redis.call('ZREM', outlook, household)
  end
end
return {'ok'}
