-- The transcoder ignores names in a body that it does not know, so that a name with a typo would
-- do nothing for months. Here such a call is refused, with the name. So is a bare value in a context
-- or among features, of which the transcoder does not say the name.
local REQUESTS = {
{% for call, type in rest.requests if "{" not in call %}
  ["{{ call }}"] = "{{ type }}",
{% endfor %}
}
-- the same for paths with an id in them, as patterns
local REQUESTS_WITH_ID = {
{% for call, type in rest.requests if "{" in call %}
  ["{{ call | lua_pattern }}"] = "{{ type }}",
{% endfor %}
}
-- type -> name -> the type below it; false: whatever there is, it has no names of ours
local TYPES = {
{% for type, fields in rest.types.items() %}
  ["{{ type }}"] = {
{% for name, below in fields.items() %}
    ["{{ name }}"] = {{ '"%s"' % below if below else "false" }},
{% endfor %}
  },
{% endfor %}
}
local VALUE = "headwater.v1.Value"  -- of a context or of features
local TEXT, NUMBER = '{"text": "..."}', '{"number": 1.5}'
-- how a bare value begins -> what is wrong with it
local BARE = {
  ['"'] = "is a bare text: write " .. TEXT,
  ["["] = "is a list: write one value, " .. TEXT .. " or " .. NUMBER,
  t = "is true: write " .. TEXT .. " or " .. NUMBER,
  f = "is false: write " .. TEXT .. " or " .. NUMBER,
}
local DEPTH_MAX = 32
local QUOTE = 34
local value
local written  -- the names of the body that is being read

-- Return where the text that begins with the quote at `at` ends; an error if it does not.
local function text_end(json, at)
  while true do
    at = json:find('["\\]', at + 1)
    if json:byte(at) == QUOTE then
      return at
    end
    at = at + 1  -- what a backslash stands before is no end
  end
end

local function object(json, at, type, path, depth)
  local names = type and TYPES[type]
  at = json:find("%S", at + 1)
  while json:byte(at) == QUOTE do
    local stop = text_end(json, at)
    local name = json:sub(at + 1, stop - 1)
    local place = path == "" and name or path .. "." .. name
    written[name] = true
    local below = names and names["*"]  -- a map: every name will do
    if names and below == nil then
      below = names[name]
      if below == nil then
        error({ field = place, reason = "is no field of " .. type })
      end
    end
    at = json:match("^%s*:%s*()", stop + 1)
    at = json:match("^%s*,?%s*()", value(json, at, below, place, depth + 1))
  end
  return at + 1
end

local function array(json, at, type, path, depth)
  local index = 0
  at = json:find("%S", at + 1)
  while json:sub(at, at) ~= "]" do
    local place = path .. "[" .. index .. "]"
    at = json:match("^%s*,?%s*()", value(json, at, type, place, depth + 1))
    index = index + 1
  end
  return at + 1
end

-- Return the place behind the value that begins at `at`. What is no JSON ends in an error of Lua's.
function value(json, at, type, path, depth)
  local first = json:sub(at, at)
  if depth > DEPTH_MAX then
    error("too deep")
  elseif type == VALUE and (BARE[first] or first:find("[%d-]")) then
    error({ field = path, reason = BARE[first] or "is a bare number: write " .. NUMBER })
  elseif first == "{" then
    return object(json, at, type, path, depth)
  elseif first == "[" then
    return array(json, at, type, path, depth)
  elseif first == '"' then
    return text_end(json, at) + 1
  end
  return json:match("^[%w+.-]+()", at) or error("no JSON")
end

-- text/plain is what a beacon sends without asking the server first.
local function is_json(kind)
  return kind:find("^application/json") or kind:find("^text/plain")
end

local function type_of(call)
  if REQUESTS[call] then
    return REQUESTS[call]
  end
  for pattern, type in pairs(REQUESTS_WITH_ID) do
    if call:find(pattern) then
      return type
    end
  end
end

-- Refuse a call with a field that does not fit.
local function refuse(handle, problem)
  local field = (problem.field:sub(1, 200):gsub("[^%w_.%[%]-]", "?"))
  handle:headers():replace("x-headwater-field", field)  -- for local_reply_config
  handle:respond({ [":status"] = "400" }, problem.reason)
end

function envoy_on_request(handle)
  local whole = handle:headers():get(":path")
  if whole:sub(1, 4) ~= "/v1/" then
    return
  end
  local type = type_of(handle:headers():get(":method") .. " " .. whole:match("^[^?]*"))
  if type and not is_json(handle:headers():get("content-type") or "") then
    handle:respond({ [":status"] = "415" }, "content-type must be application/json")
    return
  end
  local names = {}
  add_query(names, whole)
  local body = type and handle:body()
  if body then
    written = names  -- from here on no other call runs until this one is read
    local json = body:getBytes(0, body:length())
    local start = json:find("%S") or 1
    local bare = BARE[json:sub(start, start)] or json:find("^null%s*$", start)
    if bare or json:find("^[%d-]", start) then
      handle:respond({ [":status"] = "400" }, "the body must be one JSON object: {...}")
      return
    end
    local good, problem = pcall(value, json, start, type, "", 0)
    if not good and problem.field then  -- what is no JSON the transcoder says itself
      refuse(handle, problem)
      return
    end
  end
  keep_spelling(handle, names)
end
