-- Adds a batch to the streams and sets the mark behind it, or does nothing of it.
-- KEYS: position, then the streams.
-- ARGV: owner, mark before the batch ('' for none), mark behind it, entries that a stream keeps
-- ('' for all), then for each entry the number of its stream's key, and the object.
local held = redis.call('HMGET', KEYS[1], 'owner', 'mark')
local owner, mark = held[1] or '0', held[2] or ''
if owner ~= ARGV[1] then
  local theirs, ours = string.match(owner, '^%d+'), string.match(ARGV[1], '^%d+')
  if tonumber(theirs) >= tonumber(ours) then
    return redis.error_reply('HWREPLACED')
  end
  return redis.error_reply('HWLOST')
end
if mark ~= ARGV[2] then
  return redis.error_reply('HWLOST')
end
-- A script that fails behind its first write keeps that write, so each stream is asked before:
-- no stream takes an entry 0-0, and the answer is another one if it would not take any.
for i = 2, #KEYS do
  redis.call('XLEN', KEYS[i])
  local added = redis.pcall('XADD', KEYS[i], '0-0', 'object', '')
  if not string.find(added.err, 'greater than 0-0', 1, true) then
    return added
  end
end
redis.call('HSET', KEYS[1], 'mark', ARGV[3])
for i = 5, #ARGV, 2 do
  local key = KEYS[tonumber(ARGV[i])]
  if ARGV[4] == '' then
    redis.call('XADD', key, '*', 'object', ARGV[i + 1])
  else
    redis.call('XADD', key, 'MAXLEN', '~', ARGV[4], '*', 'object', ARGV[i + 1])
  end
end
return #ARGV
