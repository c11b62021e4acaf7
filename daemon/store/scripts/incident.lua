-- SPDX-License-Identifier: Apache-2.0
-- KEYS incident; ARGV 1 expected version (0: none) 2 version 3 incident 4 seconds that it is kept
local key = KEYS[1]
if not holds(key, 'string') then return {'type', key} end
local version = string.match(redis.call('GET', key) or '0', '^%d+') or '0'
if version ~= ARGV[1] then return {'version', version} end
redis.call('SET', key, ARGV[2] .. '\n' .. ARGV[3], 'EX', ARGV[4])
return {'ok'}
