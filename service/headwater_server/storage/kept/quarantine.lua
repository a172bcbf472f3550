-- Stores rejected events and counts them; an event that is stored already is left unchanged.
-- KEYS: stream, total, prints (a hash: print -> id in the stream).
-- ARGV: maximum of stored events, then for each: event id, reason, event, token, visitor, user, print.
local stream, total, prints = KEYS[1], KEYS[2], KEYS[3]
local new = 0
for i = 2, #ARGV, 7 do
  local print = ARGV[i + 6]
  if redis.call('HEXISTS', prints, print) == 0 then
    local id = redis.call('XADD', stream, '*', 'event_id', ARGV[i], 'reason', ARGV[i + 1],
      'event', ARGV[i + 2], 'token', ARGV[i + 3], 'visitor_id', ARGV[i + 4],
      'user_id', ARGV[i + 5], 'print', print)
    redis.call('HSET', prints, print, id)
    new = new + 1
  end
end
local over = redis.call('XLEN', stream) - tonumber(ARGV[1])
if over > 0 then
  for _, entry in ipairs(redis.call('XRANGE', stream, '-', '+', 'COUNT', over)) do
    local fields = entry[2]
    for f = 1, #fields, 2 do
      if fields[f] == 'print' then redis.call('HDEL', prints, fields[f + 1]) end
    end
    redis.call('XDEL', stream, entry[1])
  end
end
return redis.call('INCRBY', total, new)
