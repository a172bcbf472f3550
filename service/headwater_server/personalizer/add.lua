-- Keep what a rank call showed, unless the event is known: then return what was kept before.
-- KEYS: event, deadlines. ARGV: the decision (field `told`), 1 if active, wait ms, ms it is kept, event id.
local known = redis.call('HGET', KEYS[1], 'told')
if known then
  return known
end
local time = redis.call('TIME')
local deadline = time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[3])
redis.call('HSET', KEYS[1], 'told', ARGV[1], 'active', ARGV[2], 'deadline', string.format('%d', deadline),
  'rewards', '0', 'sum', '0', 'settled', '0', 'seen', '0')
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('ZADD', KEYS[2], string.format('%d', deadline), ARGV[5])
return ''
