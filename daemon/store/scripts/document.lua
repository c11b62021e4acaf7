-- SPDX-License-Identifier: Apache-2.0
-- KEYS document, names; ARGV 1 expected version (0: none) 2 version (0: away) 3 name 4 document
-- 5 milliseconds that it is kept (0: for good)
local key, names = KEYS[1], KEYS[2]
if not holds(key, 'string') then return {'type', key} end
if not holds(names, 'zset') then return {'type', names} end
local version = string.match(redis.call('GET', key) or '0', '^%d+') or '0'
if version ~= ARGV[1] then return {'version', version} end
local now = redis.call('TIME')
local now_ms = now[1] * 1000 + math.floor(now[2] / 1000)
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', names, 1, now_ms, 'LIMIT', 0, 100)) do
  redis.call('ZREM', names, gone)
end
if ARGV[2] == '0' then
  redis.call('DEL', key)
  redis.call('ZREM', names, ARGV[3])
elseif ARGV[5] == '0' then
  redis.call('SET', key, ARGV[2] .. '\n' .. ARGV[4])
  redis.call('ZADD', names, 0, ARGV[3])
else
  redis.call('SET', key, ARGV[2] .. '\n' .. ARGV[4], 'PX', ARGV[5])
  redis.call('ZADD', names, now_ms + ARGV[5], ARGV[3])
end
return {'ok'}
