-- Makes the caller the one sink of a prefix, and refuses what the batches could not be put into.
-- KEYS: position, then the streams.  ARGV: a random text that no other sink has.
-- Returns what `put.lua` takes as the owner: a number that grows, and that text.
local held = redis.call('HMGET', KEYS[1], 'owner')[1]
if not held and redis.call('EXISTS', KEYS[1]) == 1 then
  return redis.error_reply('HWFOREIGN ' .. KEYS[1])
end
for i = 2, #KEYS do
  local length = redis.call('XLEN', KEYS[i])
  if not held and length > 0 then
    return redis.error_reply('HWFOREIGN ' .. KEYS[i])
  end
  -- an entry that no stream takes: it only shows whether this user may add one
  local added = redis.pcall('XADD', KEYS[i], '0-0', 'object', '')
  if not string.find(added.err, 'greater than 0-0', 1, true) then
    return added
  end
end
local number = tonumber(string.match(held or '0', '^%d+')) + 1
local owner = string.format('%.0f', number) .. ':' .. ARGV[1]
redis.call('HSET', KEYS[1], 'owner', owner)
return owner
