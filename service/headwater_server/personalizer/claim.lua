-- Take events whose wait is over, for a while: who dies with them leaves them to the next.
-- KEYS: deadlines. ARGV: at most so many, ms until they are free again.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%d', now), 'LIMIT', 0, ARGV[1])
for _, event in ipairs(due) do
  redis.call('ZADD', KEYS[1], 'XX', string.format('%d', now + tonumber(ARGV[2])), event)
end
return due
