-- The transcoder drops what it does not know of a body without a word, so that a name with a
-- typo would do nothing for months. Here such a call is refused, and told the name.
local REQUESTS = {
{% for path, type in rest.requests %}
  ["{{ path }}"] = "{{ type }}",
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
local DEPTH_MAX = 32
local QUOTE = 34
local value

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
    local below = names and names["*"]  -- a map: every name will do
    if names and below == nil then
      below = names[name]
      if below == nil then
        error({ field = place, type = type })
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

-- A body that is encoded would have to be decoded to be read, and could be a thousand times as large.
local function is_encoded(headers)
  local encoding = (headers:get("content-encoding") or ""):lower():gsub("%s", "")
  return encoding ~= "" and encoding ~= "identity"
end

function envoy_on_request(handle)
  local path = handle:headers():get(":path"):match("^[^?]*")
  if is_encoded(handle:headers()) and (path:find("^/v1/") or path:find("^/headwater%.v1%.")) then
    handle:respond({ [":status"] = "415" }, "content-encoding is not supported: send the body without it")
    return
  end
  local type = REQUESTS[handle:headers():get(":method") .. " " .. path]
  if type and not is_json(handle:headers():get("content-type") or "") then
    handle:respond({ [":status"] = "415" }, "content-type must be application/json")
    return
  end
  local body = type and handle:body()
  if not body then
    return
  end
  local json = body:getBytes(0, body:length())
  local good, problem = pcall(value, json, json:find("%S") or 1, type, "", 0)
  if not good and problem.field then  -- what is no JSON the transcoder says itself
    local field = (problem.field:sub(1, 200):gsub("[^%w_.%[%]-]", "?"))
    handle:headers():replace("x-headwater-field", field)  -- for local_reply_config
    handle:respond({ [":status"] = "400" }, "is no field of " .. problem.type)
  end
end
