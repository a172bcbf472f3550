-- Write a field again unless it was removed; return 1 if it was written, else 0.
-- KEYS: hash. ARGV: field, value.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
