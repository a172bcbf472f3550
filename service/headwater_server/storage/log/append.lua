-- Appends one entry to the log and chains it to the one before, with a hash of all of it.
-- KEYS: log, head.  ARGV: payload, id that the head must have ('' for any), a random number.
-- Returns {id, sequence number, id of the entry before, mark}; false when the head is different.
local CLOCK_MIN_MS = 1577836800000 -- 2020: a store that says less has lost its clock
local function varint(number)
  local bytes = ''
  while number >= 128 do
    bytes = bytes .. string.char(number % 128 + 128)
    number = math.floor(number / 128)
  end
  return bytes .. string.char(number)
end
local head = redis.call('HMGET', KEYS[2], 'n', 'id')
local n = tonumber(head[1] or '0')
local previous = head[2] or '0-0'
if (n > 0) ~= (redis.call('EXISTS', KEYS[1]) == 1) then
  return redis.error_reply('HWBROKEN the log and its head do not belong together')
end
if ARGV[2] ~= '' and ARGV[2] ~= previous then
  return false
end
-- The id is the store's time, which never decreases, and a random number: when a failover loses
-- an entry, no later one gets the same id and number, which would hide the loss. Where the store's
-- clock was set back, the true time follows the payload, as the entry's field append_time_ms.
local now = redis.call('TIME')
local ms, tie = now[1] * 1000 + math.floor(now[2] / 1000), tonumber(ARGV[3])
local last_ms, last_tie = string.match(previous, '^(%d+)-(%d+)$')
local payload = ARGV[1]
if ms < tonumber(last_ms) and ms >= CLOCK_MIN_MS then
  payload = payload .. string.char(0x20) .. varint(ms)
end
if ms <= tonumber(last_ms) then
  ms, tie = tonumber(last_ms), tonumber(last_tie) + 1 + tie
end
local id, next_n = string.format('%.0f-%.0f', ms, tie), string.format('%.0f', n + 1)
local mark = redis.sha1hex(id .. ' ' .. next_n .. ' ' .. previous .. ' ' .. payload)
local added = redis.pcall('XADD', KEYS[1], id, 'n', next_n, 'p', previous, 'e', payload,
  's', string.sub(mark, 1, 16))
if type(added) == 'table' and added.err then
  if string.find(added.err, 'equal or smaller', 1, true) then
    return redis.error_reply('HWBROKEN the log is ahead of its head')
  end
  return added
end
redis.call('HSET', KEYS[2], 'n', next_n, 'id', id)
return {id, n + 1, previous, string.sub(mark, 1, 16)}
