-- What the value of each field may be. The transcoder's own words name neither the fix nor, for a list
-- or an object in place of a value, the field; and it drops a null in a list without a word.
local KINDS = {
{% for type, fields in rest.kinds.items() %}
  ["{{ type }}"] = {
{% for name, kind in fields.items() if kind %}
    ["{{ name }}"] = "{{ kind }}",
{% endfor %}
  },
{% endfor %}
}
local ENUMS = {
{% for enum, names in rest.enums.items() %}
  ["{{ enum }}"] = { {% for name in names %}["{{ name }}"] = true, {% endfor %}text = "{{ names[1:] | join(", ") }}" },
{% endfor %}
}
local WHOLE_MAX = 2147483647
local IS_CALLED = { ['"'] = "a text", ["["] = "a list", ["{"] = "an object", t = "true", f = "false" }
local EXPECTED = {
  text = 'write a text in "quotes"',
  flag = "write true or false",
  number = "write a number, with a point and without a unit",
  whole = "write a whole number",
  long = "write a whole number",
  time = 'write a time such as "2026-12-01T10:00:00Z"',
  object = "write an object, {...}",
}
local CHECKS = {
  text = function(raw) return raw:byte() == 34 end,
  object = function(raw) return raw:byte() == 123 end,
  flag = function(raw) return raw == "true" or raw == "false" end,
  number = function(raw) return tonumber(raw) or raw:find("^%-?Infinity$") or raw == "NaN" end,
  whole = function(raw)
    local number = tonumber(raw)
    return number and number == math.floor(number) and math.abs(number) <= WHOLE_MAX
  end,
  long = function(raw)
    local number = tonumber(raw)
    return number and number == math.floor(number)
  end,
  time = function(raw)
    return raw:find('^"%d%d%d%d%-[01]%d%-[0-3]%dT[0-2]%d:[0-5]%d:[0-6]%d[%d.]*[Z+-][%d:]*"$')
  end,
}

-- Return what is wrong with a value, of which `raw` is the text, or only the start of a list or object.
local function kind_problem(kind, raw)
  local bare = raw:match('^"(.*)"$')
  if kind.enum then
    local is_known = bare and kind.enum[bare] or CHECKS.whole(raw)
    return not is_known and "is none of " .. kind.enum.text
  elseif kind.name == "text" or kind.name == "time" or kind.name == "object" then
    bare = nil  -- numbers and flags may be in quotes
  end
  local is_word = kind.is_number and not bare and not raw:find("^%-?%d")  -- such as NaN
  if not is_word and CHECKS[kind.name](bare or raw) then
    return nil
  end
  local called = IS_CALLED[raw:sub(1, 1)] or (raw:find("^%-?%d") and "a number" or "no number")
  if kind.name == "whole" and tonumber(bare or raw) then
    called = "not a whole number below 2147483648"
  elseif kind.name == "time" and called == "a text" then
    called = "not a time"
  elseif raw:byte() == 34 and kind.name ~= "object" then
    called = "not a " .. (kind.name == "flag" and "truth value" or "number")
  end
  return "is " .. called .. ": " .. EXPECTED[kind.name]
end

-- The kinds as tables, made once: `of` is the kind of a list's parts.
local kinds_made = {}
local made
function made(text)
  if not kinds_made[text] then
    local one = text:match("^(.*)%[%]$")
    local enum = text:match("^enum (.*)$")
    kinds_made[text] = one and { of = made(one) }
      or { name = enum and "enum" or text, enum = ENUMS[enum], is_number = (EXPECTED[text] or ""):find("number") }
  end
  return kinds_made[text]
end
for _, fields in pairs(KINDS) do
  for name, text in pairs(fields) do
    fields[name] = made(text)
  end
end
