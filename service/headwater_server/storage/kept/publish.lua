-- Publishes a snapshot with all its chunks, unless one of the same or a higher entry is published.
-- The log must contain the snapshot's entry: a log that lost its end cannot use the snapshot.
-- KEYS: snapshots, snapshot, log.  ARGV: snapshot id, sequence number, fields it must have, manifest,
-- snapshots kept, 1 to delete all others, whatever their entry, checksum of the manifest, offset
-- ('' if the log is elsewhere).
-- Returns false if refused, otherwise the ids of the snapshots to delete.
local function number(entry)
  for i = 1, entry and #entry[2] or 0, 2 do
    if entry[2][i] == 'n' then
      return tonumber(entry[2][i + 1])
    end
  end
  return 0
end
if ARGV[8] ~= '' then
  local there = redis.call('XRANGE', KEYS[3], ARGV[8], ARGV[8])[1]
  local first = redis.call('XRANGE', KEYS[3], '-', '+', 'COUNT', 1)[1]
  local trimmed = not there and number(first) > tonumber(ARGV[2])
  if not trimmed and number(there) ~= tonumber(ARGV[2]) then
    return redis.error_reply('HWLOG the log does not contain the entry of the snapshot')
  end
end
local highest = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if ARGV[6] == '0' and highest[2] and tonumber(highest[2]) >= tonumber(ARGV[2]) then
  return false
end
if redis.call('HLEN', KEYS[2]) ~= tonumber(ARGV[3]) then
  return redis.error_reply('HWCHUNKS the snapshot lost chunks while it was written')
end
redis.call('HSET', KEYS[2], 'manifest', ARGV[4], 'checksum', ARGV[7])
redis.call('PERSIST', KEYS[2])
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
local dropped = redis.call('ZREVRANGE', KEYS[1], ARGV[5], -1)
if ARGV[6] == '1' then
  redis.call('ZREM', KEYS[1], ARGV[1])
  dropped = redis.call('ZRANGE', KEYS[1], 0, -1)
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
end
for _, id in ipairs(dropped) do
  redis.call('ZREM', KEYS[1], id)
end
return dropped
