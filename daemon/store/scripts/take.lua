-- SPDX-License-Identifier: Apache-2.0
-- KEYS head; ARGV token. ok: the new counter. The sequence goes on.
if not holds(KEYS[1], 'hash') then return {'type', KEYS[1]} end
local counter = redis.call('HGET', KEYS[1], 'counter') or '0'
if not string.find(counter, '^%d+$') then return {'type', KEYS[1]} end
redis.call('HINCRBY', KEYS[1], 'counter', 1)
redis.call('HSET', KEYS[1], 'token', ARGV[1])
return {'ok', redis.call('HGET', KEYS[1], 'counter')}
