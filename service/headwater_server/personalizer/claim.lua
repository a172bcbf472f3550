-- Claim events whose wait is over, for some time: if the process dies, another claims them.
-- KEYS: deadlines. ARGV: the largest number of them, ms until they can be claimed again, longest
-- wait in ms. What waits longer was kept while the store's clock was ahead: its wait begins now.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local latest = string.format('%d', now + tonumber(ARGV[3]))
for _, event in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. latest, '+inf', 'LIMIT', 0, ARGV[1])) do
  redis.call('ZADD', KEYS[1], 'XX', latest, event)
end
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%d', now), 'LIMIT', 0, ARGV[1])
for _, event in ipairs(due) do
  redis.call('ZADD', KEYS[1], 'XX', string.format('%d', now + tonumber(ARGV[2])), event)
end
return due
