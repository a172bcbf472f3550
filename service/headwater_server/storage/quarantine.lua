-- Keeps refused events and counts them. KEYS: stream, total.
-- ARGV: events kept at most, then event id, reason, event for each.
local refused = (#ARGV - 1) / 3
for i = 0, refused - 1 do
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*',
    'event_id', ARGV[3 * i + 2], 'reason', ARGV[3 * i + 3], 'event', ARGV[3 * i + 4])
end
return redis.call('INCRBY', KEYS[2], refused)
