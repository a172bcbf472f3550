-- What only a program can decide of a call. It holds no key itself.
local BACKEND_KEY = os.getenv("HEADWATER_KEY")
local DEADLINE_DEFAULT_MS, DEADLINE_MAX_MS = {{ settings.gateway_deadline_default_ms }}, {{ (plan.deadline_max_s * 1000) | int }}
local GRACE_MS = 500  -- the server's own deadline comes first, and says more than Envoy's
local UNIT_MS = { H = 3600000, M = 60000, S = 1000, m = 1, u = 1e-3, n = 1e-6 }
local NAMES = { {% for code, name in grpc_names %}[{{ code }}] = "{{ name }}", {% endfor %}}
local CODES = { {% for answer in statuses %}[{{ answer.http }}] = {{ answer.code }}, {% endfor %}}

local function decoded(text)
  return (text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

-- A beacon cannot set headers, so pages send their key as ?key=: into the header with it, and out
-- of the path, whether it is used or not. The server hears that it came so: it takes only pages' keys
-- from a path, which browsers and logs keep.
local function take_key(headers)
  local path, query = headers:get(":path"):match("^([^?]*)%?(.*)$")
  if not query or not query:find("key=", 1, true) then
    return
  end
  local rest, key = {}, nil
  for part in query:gmatch("[^&]+") do
    if part:sub(1, 4) == "key=" then
      key = decoded(part:sub(5))
    else
      rest[#rest + 1] = part
    end
  end
  headers:replace(":path", #rest > 0 and path .. "?" .. table.concat(rest, "&") or path)
  if key and not key:find("[^!-~]") and not headers:get("authorization") then
    headers:add("authorization", "Bearer " .. key)
    headers:add("x-headwater-key-in", "query")
  end
end

-- A person who has signed in has the session in a cookie, which no script can read. It counts only
-- with a header that a page of another site cannot send, so that no such page can use it, and only
-- without a key. The server needs no cookie.
local function take_session(headers)
  local cookies = ";" .. (headers:get("cookie") or "")
  headers:remove("cookie")
  if headers:get("x-headwater-console") ~= "1" or headers:get("authorization") then
    return
  end
  local session = cookies:match("[;,%s]__Host%-headwater%-session=([%w%-_.]+)")
    or cookies:match("[;,%s]headwater%-session=([%w%-_.]+)")
  if session then
    headers:add("authorization", "Bearer " .. session)
  end
end

-- A key is one caller to the limits, however its header is spelled. (Several headers come here as
-- one, with a comma, which is no key.)
local function spell_key(headers)
  local given = headers:get("authorization") or ""
  local key = given:match("^%s*[Bb][Ee][Aa][Rr][Ee][Rr]%s+(%S+)%s*$")
  if key then
    headers:replace("authorization", "Bearer " .. key)
  end
end

-- Who has shown a certificate of our authority is a backend.
local function vouch(handle, headers)
  if not BACKEND_KEY or headers:get("authorization") then
    return
  end
  local tls = handle:streamInfo():downstreamSslConnection()
  if tls and tls:peerCertificatePresented() and tls:peerCertificateValidated() then
    headers:add("authorization", "Bearer " .. BACKEND_KEY)
  end
end

-- The caller's deadline, or the default one, is the server's to keep. A server that is frozen
-- keeps none, so Envoy has one a little behind it.
local function set_deadline(headers)
  local given, unit = (headers:get("grpc-timeout") or ""):match("^(%d+)([HMSmun])$")
  if given and #given > 8 then -- what gRPC does not know would break all calls of the connection
    given = nil
  end
  local deadline_ms = given and tonumber(given) * UNIT_MS[unit] or DEADLINE_DEFAULT_MS
  if not given then
    headers:replace("grpc-timeout", DEADLINE_DEFAULT_MS .. "m")
  end
  local patience_ms = math.ceil(math.min(deadline_ms, DEADLINE_MAX_MS)) + GRACE_MS
  headers:replace("x-envoy-upstream-rq-timeout-ms", string.format("%d", patience_ms))
end

local function is_api(path)
  return path:sub(1, 4) == "/v1/" or path:sub(1, 14) == "/headwater.v1."
end

function envoy_on_request(handle)
  local headers = handle:headers()
  take_key(headers)
  spell_key(headers)
  local path = headers:get(":path")
  if not is_api(path) then
    return
  end
  take_session(headers)
  vouch(handle, headers)
  if path:sub(-15) ~= "/StreamFeedback" then
    set_deadline(headers)
  end
end

-- gRPC-Web callers look for an error in grpc-status; Envoy's own has only that of HTTP.
local function tell_web(headers)
  local code = CODES[tonumber(headers:get(":status"))]
  if code then
    headers:replace("grpc-status", tostring(code))
    headers:replace(":status", "200")
  end
end

-- The transcoder quotes the body where it is no JSON, which may be a person's data.
local function without_quotes(text)
  return (text:gsub('("message":")([^"\\]*)\\[nu].*","status":', "%1the body is not JSON: %2\",\"status\":", 1))
end

-- What the filter headwater.fields does not judge, such as a parameter or a date that does not exist.
local VIOLATION = '"details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":['
  .. '{"field":"%1","description":"has a value that does not fit","reason":""}]}],'
  .. '"message":"%1 has a value that does not fit","status":'

local function with_field(text)
  return (text:gsub('"details":%[%],"message":"([%w_.%[%]]+): invalid value .*","status":', VIOLATION, 1))
end

-- The transcoder writes an error's code as a number; people read its name, too.
local function name_status(handle)
  local body = handle:body()
  local given = body and body:getBytes(0, body:length()) or ""
  local text = with_field(without_quotes(given))
  local code, rest = text:match('^{"code":(%d+),(.*)$')
  local name = code and not text:find('"status":', 1, true) and NAMES[tonumber(code)]
  if not name and text ~= given then
    handle:headers():replace("content-length", body:setBytes(text))
  elseif name then
    local size = body:setBytes('{"code":' .. code .. ',"status":"' .. name .. '",' .. rest)
    handle:headers():replace("content-length", size)
    handle:headers():replace("grpc-status", code)
  end
end

function envoy_on_response(handle)
  local headers = handle:headers()
  local kind = headers:get("content-type") or ""
  if tonumber(headers:get(":status")) < 400 then
    return
  elseif kind:find("^application/grpc%-web") then
    tell_web(headers)
  elseif kind == "application/json" then
    name_status(handle)
  end
end
