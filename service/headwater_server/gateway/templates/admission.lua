-- Who may send a body, and of what size: decided from the headers, so that no caller without a key
-- makes Envoy hold one. It knows keys from the environment only; without any, the server decides.
local function keys_of(variable)
  local keys = {}
  for entry in (os.getenv(variable) or ""):gmatch("[^,]+") do
    keys[entry:match("^%s*([^;%s]+)") or ""] = true
  end
  return keys
end

local KEYS, PAGE_KEYS = keys_of("HEADWATER_KEYS"), keys_of("HEADWATER_PAGE_KEYS")
local CHECKED = next(KEYS) ~= nil or next(PAGE_KEYS) ~= nil
local HAS_PERSONS = {{ "true" if plan.has_persons else "false" }}
local PAGE_BYTES_MAX = {{ settings.gateway_page_body_bytes_max }}

local function is_api(path)
  return path:sub(1, 4) == "/v1/" or path:sub(1, 14) == "/headwater.v1."
end

-- The server alone can check a person's session. So where persons sign in, a caller with what looks
-- like one may send what anybody may: small bodies of known size.
local function is_session(key)
  return HAS_PERSONS and key ~= nil and key:sub(1, 5) == "hws1."
end

local function key_of(headers)
  return (headers:get("authorization") or ""):match("^Bearer (%S+)$")
end

-- Return the status and text of a refusal, or nothing for a caller with a key.
local function key_problem(key)
  if not key then
    return "401", "this server requires a key"
  elseif not KEYS[key] and not PAGE_KEYS[key] and not is_session(key) then
    return "401", "the authorization contains no key of this server"
  end
end

-- Pages send small bodies of known size. A native gRPC client knows none, and may send without it
-- with a key of this server; so does a gRPC-Web call here, whose filter takes the length away.
local function page_problem(headers, is_known)
  local size = tonumber(headers:get("content-length") or "")
  local kind = headers:get("content-type") or ""
  local is_native = kind == "application/grpc" or kind:sub(1, 17) == "application/grpc+"
  if not size and headers:get(":method") ~= "GET" and not (is_native and is_known) then
    return "411", "a call with a page's key or a session needs the header content-length"
  elseif size and size > PAGE_BYTES_MAX then
    return "413"
  end
end

-- Whether a body that came without its size is too large for a page. A stream has no end.
local function is_too_large(handle, headers)
  local path = headers:get(":path")
  local is_stream = path:sub(-15) == "/StreamFeedback"
  if not CHECKED or is_stream or headers:get("content-length") then
    return false
  end
  local body = PAGE_KEYS[key_of(headers)] and handle:body()
  return body and body:length() > PAGE_BYTES_MAX
end

local function problem(headers)
  local encoding = headers:get("content-encoding")
  if encoding and encoding:lower() ~= "identity" and encoding ~= "" then
    return "415", "content-encoding is not supported: send the body without it"
  end
  if not CHECKED then
    return
  end
  local key = key_of(headers)
  local status, text = key_problem(key)
  if not status and (PAGE_KEYS[key] or is_session(key)) then
    return page_problem(headers, PAGE_KEYS[key])
  end
  return status, text
end

function envoy_on_request(handle)
  local headers = handle:headers()
  if is_api(headers:get(":path")) then
    local status, text = problem(headers)
    if not status and is_too_large(handle, headers) then
      status = "413"
    end
    if status then
      handle:respond({ [":status"] = status }, text or "")
    end
  end
end
