-- Runs each command once on a key of its own, and deletes it. A store may forbid some of them.
-- KEYS: a key that nothing else uses.  ARGV: commands, with K for the key.
-- Returns the names of the commands that this user may not run.
local forbidden = {}
for _, line in ipairs(ARGV) do
  local words = {}
  for word in string.gmatch(line, '%S+') do
    table.insert(words, word == 'K' and KEYS[1] or word)
  end
  local answer = redis.pcall(unpack(words))
  local why = type(answer) == 'table' and answer.err or ''
  if string.find(why, 'permission', 1, true) or string.find(why, "can't run this command", 1, true) then
    table.insert(forbidden, words[1])
  end
end
redis.pcall('DEL', KEYS[1])
return forbidden
