-- Puts one entry on the log and chains it to the one before.
-- KEYS: log, head.  ARGV: payload, id that the head must have ('' for any).
-- Returns {id, sequence number}; false when the head is another one.
local head = redis.call('HMGET', KEYS[2], 'n', 'id')
local n = tonumber(head[1] or '0')
local previous = head[2] or '0-0'
if (n > 0) ~= (redis.call('EXISTS', KEYS[1]) == 1) then
  return redis.error_reply('HWBROKEN the log and its head do not belong together')
end
if ARGV[2] ~= '' and ARGV[2] ~= previous then
  return false
end
local next_n = string.format('%.0f', n + 1)
local id = redis.call('XADD', KEYS[1], '*', 'n', next_n, 'p', previous, 'e', ARGV[1])
redis.call('HSET', KEYS[2], 'n', next_n, 'id', id)
return {id, n + 1}
