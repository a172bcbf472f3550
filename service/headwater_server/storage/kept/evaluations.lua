-- Stores a report, and deletes the oldest ones beyond the maximum.
-- KEYS: index (a sorted set: name by time), report.
-- ARGV: name, time, report, maximum, prefix of the reports' keys (all in the slot of the index).
redis.call('SET', KEYS[2], ARGV[3])
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
for _, name in ipairs(redis.call('ZREVRANGE', KEYS[1], ARGV[4], -1)) do
  redis.call('ZREM', KEYS[1], name)
  redis.call('UNLINK', ARGV[5] .. name)
end
return redis.status_reply('OK')
