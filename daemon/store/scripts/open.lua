-- SPDX-License-Identifier: Apache-2.0
-- KEYS head; ARGV counter token seq. The head remembers by which server it was opened.
local head = KEYS[1]
if not holds(head, 'hash') then return {'type', head} end
local refused = other_owner(head, ARGV[1], ARGV[2], ARGV[3])
if refused then return refused end
redis.call('HINCRBY', head, 'seq', 1)
redis.call('HSET', head, 'server', server())
return {'ok'}
