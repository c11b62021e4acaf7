-- SPDX-License-Identifier: Apache-2.0
-- KEYS head outbox; ARGV counter ('': not an owner's) token seq, log offset ('': none), entry...
-- ok: the log offset as it is. Entries go first: that makes room when memory is full.
local head, outbox, owned = KEYS[1], KEYS[2], ARGV[1] ~= ''
if not holds(head, 'hash') then return {'type', head} end
if not holds(outbox, 'stream') then return {'type', outbox} end
if owned then
  local refused = other_owner(head, ARGV[1], ARGV[2], ARGV[3])
  if refused then return refused end
end
for i = 5, #ARGV do redis.call('XDEL', outbox, ARGV[i]) end
if not owned then return {'ok', ''} end
redis.call('HINCRBY', head, 'seq', 1)
local log = redis.call('HGET', head, 'log') or '-1'
if ARGV[4] ~= '' and tonumber(ARGV[4]) > (tonumber(log) or -1) then
  log = ARGV[4]
  redis.call('HSET', head, 'log', log)
end
return {'ok', log}
