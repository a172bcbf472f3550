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
local HEADERS_BYTES_MAX, HEADER_BYTES, ADDED_BYTES = 8192, 32, 700  -- as gRPC counts them
local QUOTE, COMMA, BRACE, BRACKET = 34, 44, 125, 93
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

-- Return the place of the next character that is no blank.
local function skip(json, at)
  return json:find("[^ \t\r\n]", at)
end

-- Return the place of the next name or value of a list or object, or nil and the place behind its end.
local function next_part(json, at, closing)
  at = skip(json, at)
  local sign = json:byte(at)
  if sign == closing then
    return nil, at + 1
  end
  return sign == COMMA and skip(json, at + 1) or error("no JSON")
end

local function object(json, at, type, path, depth)
  local names, kinds = type and TYPES[type], type and KINDS[type]
  local seen, behind = {}, nil
  at = skip(json, at + 1)
  if json:sub(at, at) == "}" then
    return at + 1
  end
  while at do
    if json:byte(at) ~= QUOTE then
      error("no JSON")
    end
    local stop = text_end(json, at)
    local name = json:sub(at + 1, stop - 1)
    local place = path == "" and name or path .. "." .. name
    written[name] = true
    local is_map = names and names["*"] ~= nil  -- every name will do
    local below, kind = names and names["*"], kinds and kinds["*"]
    if names and not is_map then
      below, kind = names[name], kinds[name]
      if below == nil then
        error({ field = place, reason = "is no field of " .. type })
      end
    end
    local field = is_map and name or SNAKE[name] or name
    if names and seen[field] then
      error({ field = place, reason = "is there twice: write it once" })
    end
    seen[field] = true
    at = skip(json, json:match("^%s*:()", stop + 1) or error("no JSON"))
    at, behind = next_part(json, value(json, at, below, place, depth + 1, kind), BRACE)
  end
  return behind
end

local function array(json, at, type, path, depth, kind)
  local index, behind = 0, nil
  at = skip(json, at + 1)
  if json:sub(at, at) == "]" then
    return at + 1
  end
  while at do
    local place = path .. "[" .. index .. "]"
    if json:sub(at, at) == "n" and kind then
      error({ field = place, reason = "is null: leave it out" })
    end
    at, behind = next_part(json, value(json, at, type, place, depth + 1, kind), BRACKET)
    index = index + 1
  end
  return behind
end

-- Return the place behind the value that begins at `at`. What is no JSON ends in an error of Lua's.
function value(json, at, type, path, depth, kind)
  local first = json:sub(at, at)
  local one = kind and kind.of or kind  -- of a list, what its parts are
  local behind
  if depth > DEPTH_MAX then
    error("too deep")
  elseif type == VALUE and (BARE[first] or first:find("[%d-]")) then
    error({ field = path, reason = BARE[first] or "is a bare number: write " .. NUMBER })
  elseif first == "[" and one == kind and kind then
    error({ field = path, reason = kind_problem(kind, first) })
  elseif first == "[" then
    return array(json, at, type, path, depth, one)
  elseif first == "{" and (not one or one.name == "object") then
    return object(json, at, type, path, depth)
  elseif first == '"' then
    behind = text_end(json, at) + 1
    if not one or one.name == "text" then
      return behind
    end
  elseif first ~= "{" and first ~= "[" then
    behind = json:match("^[%w+.-]+()", at) or error("no JSON")
  end
  local raw = behind and json:sub(at, behind - 1) or first
  local problem = one and raw ~= "null" and kind_problem(one, raw)
  if problem then
    error({ field = path, reason = problem })
  end
  return behind
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

-- Whether the server's gRPC would refuse the headers, to which the transcoder adds the path again.
local function are_too_large(headers)
  local bytes = #headers:get(":path") + ADDED_BYTES
  for name, given in pairs(headers) do
    bytes = bytes + #name + #given + HEADER_BYTES
  end
  return bytes > HEADERS_BYTES_MAX
end

function envoy_on_request(handle)
  local whole = handle:headers():get(":path")
  if whole:sub(1, 4) ~= "/v1/" then
    return
  elseif are_too_large(handle:headers()) then
    handle:respond({ [":status"] = "431" }, "")
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
    local start = json:find("%S")
    if not start then  -- no body is one without fields
      keep_spelling(handle, names)
      return
    end
    local bare = BARE[json:sub(start, start)] or json:find("^null%s*$", start)
    if bare or json:find("^[%d-]", start) then
      handle:respond({ [":status"] = "400" }, "the body must be one JSON object: {...}")
      return
    end
    local good, behind = pcall(value, json, start, type, "", 0, nil)
    if not good and behind.field then
      refuse(handle, behind)
      return
    elseif not good or skip(json, behind) then
      handle:respond({ [":status"] = "400" }, "the body is not JSON: check quotes, commas and brackets")
      return
    end
  end
  keep_spelling(handle, names)
end
