-- Restores one archived entry at the end of the log, if the head is still the expected one.
-- KEYS: log, head.  ARGV: id of the head, id, sequence number, payload, hash.
-- Returns 1, or 0 when the head is different.
local id = redis.call('HGET', KEYS[2], 'id') or '0-0'
if id ~= ARGV[1] then
  return 0
end
redis.call('XADD', KEYS[1], ARGV[2], 'n', ARGV[3], 'p', ARGV[1], 'e', ARGV[4], 's', ARGV[5])
redis.call('HSET', KEYS[2], 'n', ARGV[3], 'id', ARGV[2])
return 1
