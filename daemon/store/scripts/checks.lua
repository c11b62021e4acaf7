-- SPDX-License-Identifier: Apache-2.0
-- Stands before each script that writes: what it asks before its first write.
local function holds(key, kind)
  local found = redis.call('TYPE', key).ok
  return found == 'none' or found == kind
end
-- Another one after a restart or fail-over: what it holds may be older than what was told.
local function server()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or ''
end
local function other_owner(key, counter, token, seq)
  local now = redis.call('HMGET', key, 'counter', 'token', 'seq')
  local has = {now[1] or '0', now[2] or '', now[3] or '0'}
  if has[1] ~= counter or has[2] ~= token or has[3] ~= seq then
    return {'owner', has[1], has[2], has[3]}
  end
end
