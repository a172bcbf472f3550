-- Writes a key that expires by itself: it fails as every write fails that the store refuses.
-- KEYS: the key.
return redis.call('SET', KEYS[1], '1', 'PX', 60000)
