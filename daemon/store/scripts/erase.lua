-- SPDX-License-Identifier: Apache-2.0
-- KEYS head alert case index of gone; ARGV 1 counter 2 token 3 seq 4 alert 5 version that it has
-- 6 snapshot that is kept ('': nothing is) 7 seconds that its end is remembered. Timers ended when it closed. What deletes goes first:
-- that works when memory is full.
local head, alert, case, index, of, gone = unpack(KEYS)
local kinds = {'hash', 'hash', 'hash', 'zset', 'zset', 'string'}
for i, kind in ipairs(kinds) do
  if not holds(KEYS[i], kind) then return {'type', KEYS[i]} end
end
local refused = other_owner(head, ARGV[1], ARGV[2], ARGV[3])
if refused then return refused end
local version = redis.call('HGET', alert, 'version') or '0'
if version ~= ARGV[5] then return {'version', version} end
for _, open in ipairs(redis.call('HGETALL', case)) do
  if open == ARGV[4] then return {'open', open} end
end
if ARGV[6] == '' then
  redis.call('DEL', alert)
  redis.call('ZREM', index, ARGV[4])
  redis.call('ZREM', of, ARGV[4])
  redis.call('SET', gone, version, 'EX', ARGV[7])
else
  redis.call('HSET', alert, 'snapshot', ARGV[6])
end
redis.call('HINCRBY', head, 'seq', 1)
return {'ok'}
