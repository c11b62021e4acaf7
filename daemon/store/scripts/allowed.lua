-- SPDX-License-Identifier: Apache-2.0
-- KEYS any key of ours. Writes nothing: asks whether our account may use each command that the
-- store uses, because one denied in the middle of a script would leave half of it done.
local key = KEYS[1]
local calls = {
  {'GET', key}, {'SET', key, '1'}, {'MGET', key}, {'DEL', key}, {'EXISTS', key},
  {'EXPIRE', key, '1'},
  {'TYPE', key}, {'HGET', key, 'f'}, {'HMGET', key, 'f'}, {'HGETALL', key},
  {'HKEYS', key}, {'HSET', key, 'f', '1'}, {'HDEL', key, 'f'},
  {'HINCRBY', key, 'f', '1'}, {'ZADD', key, '1', 'm'}, {'ZREM', key, 'm'},
  {'ZRANGE', key, '0', '1'}, {'ZREVRANGE', key, '0', '1'},
  {'ZRANGEBYSCORE', key, '0', '1'}, {'ZCOUNT', key, '0', '1'}, {'XADD', key, '*', 'f', '1'}, {'XDEL', key, '1-1'},
  {'XRANGE', key, '-', '+'}, {'XLEN', key}, {'EVAL', 'return 1', '1', key}, {'TIME'},
  {'INFO', 'server'},
}
for _, call in ipairs(calls) do
  if not redis.acl_check_cmd(unpack(call)) then return {'denied', call[1]} end
end
return {'ok'}
