-- Keeps what a replica says of itself, with the time, and forgets those long silent.
-- KEYS: replicas.  ARGV: replica id, what it says, milliseconds after which the silent are forgotten.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local said = redis.call('HGETALL', KEYS[1])
for i = 1, #said, 2 do
  local time = tonumber(string.match(said[i + 1], '^%d+') or '0')
  if time < now - tonumber(ARGV[3]) then
    redis.call('HDEL', KEYS[1], said[i])
  end
end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' ' .. ARGV[2])
