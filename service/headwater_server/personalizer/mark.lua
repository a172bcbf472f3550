-- Note what the server has learned of an event, unless it was removed meanwhile.
-- KEYS: event. ARGV: the fields that are true from now on.
if redis.call('EXISTS', KEYS[1]) == 1 then
  for _, field in ipairs(ARGV) do
    redis.call('HSET', KEYS[1], field, '1')
  end
end
return ''
