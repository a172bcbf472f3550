-- Note a reward or an activation, if it is in time; return the changed event, else nothing.
-- KEYS: event. ARGV: 'reward', value, aggregation; or 'activate'.
local deadline = redis.call('HGET', KEYS[1], 'deadline')
if not deadline then
  return {}
end
local time = redis.call('TIME')
if time[1] * 1000 + math.floor(time[2] / 1000) > tonumber(deadline) then
  return {}
end
if ARGV[1] == 'activate' then
  redis.call('HSET', KEYS[1], 'active', '1')
elseif ARGV[3] == 'sum' or redis.call('HGET', KEYS[1], 'rewards') == '0' then
  redis.call('HINCRBY', KEYS[1], 'rewards', 1)
  redis.call('HINCRBYFLOAT', KEYS[1], 'sum', ARGV[2])
end
return redis.call('HGETALL', KEYS[1])
