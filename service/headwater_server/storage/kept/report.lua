-- Stores a replica's report with the time, and deletes old reports of other replicas. A report
-- after now is of a time when the store's clock was ahead: it counts as of now, to become old.
-- KEYS: replicas, serving (figures for operators, with the log's head), head.
-- ARGV: replica id, report, figures, age in milliseconds at which reports are deleted.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local said = redis.call('HGETALL', KEYS[1])
for i = 1, #said, 2 do
  local time = tonumber(string.match(said[i + 1], '^%d+') or '0')
  if time > now then
    local text = string.gsub(said[i + 1], '^%d+', string.format('%.0f', now))
    redis.call('HSET', KEYS[1], said[i], text)
  end
  if time < now - tonumber(ARGV[4]) then
    redis.call('HDEL', KEYS[1], said[i])
    redis.call('HDEL', KEYS[2], said[i])
  end
end
local head = redis.call('HMGET', KEYS[3], 'n', 'id')
local log = (head[1] or '0') .. ' ' .. (head[2] or '0-0')
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' ' .. ARGV[2])
redis.call('HSET', KEYS[2], ARGV[1], log .. ' ' .. ARGV[3])
