-- Replaces the ring, unless another process changed it meanwhile. Returns 1, otherwise 0.
-- KEYS: ring.  ARGV: the value that was read, the new value.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2])
  return 1
end
return 0
