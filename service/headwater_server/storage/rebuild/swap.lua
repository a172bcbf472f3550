-- Replaces the log by its rewritten copy, if the log has not grown meanwhile.
-- KEYS: log, head, rewritten log.  ARGV: id of the head.
-- Returns 1, or 0 when the log has grown.
if redis.call('HGET', KEYS[2], 'id') ~= ARGV[1] then
  return 0
end
if redis.call('XLEN', KEYS[1]) ~= redis.call('XLEN', KEYS[3]) then
  return 0
end
redis.call('RENAME', KEYS[3], KEYS[1])
return 1
