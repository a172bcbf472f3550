-- KEYS[1]: the ring. ARGV[1]: what it was read as. ARGV[2]: what it becomes.
-- Only if nobody else has changed it meanwhile: 1, else 0.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2])
  return 1
end
return 0
