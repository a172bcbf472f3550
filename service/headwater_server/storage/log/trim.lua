-- Trims unneeded entries in one step, so that no append comes between the sum and the trim.
-- KEYS: log, head.  ARGV: sequence number that must stay, entries that must stay.
local n = tonumber(redis.call('HGET', KEYS[2], 'n') or '0')
local kept = math.max(n - tonumber(ARGV[1]) + 1, tonumber(ARGV[2]))
return redis.call('XTRIM', KEYS[1], 'MAXLEN', '~', string.format('%.0f', kept))
