-- What only a program can decide of a request. It holds no key itself.
local BACKEND_KEY = os.getenv("HEADWATER_KEY")

local function decoded(text)
  return (text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

-- A beacon cannot set headers, so pages send their key as ?key=: into the header with it, and out
-- of the path, whether it is used or not.
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
  end
end

local function is_api(path)
  return path:sub(1, 4) == "/v1/" or path:sub(1, 13) == "/headwater.v1"
end

-- Who has shown a certificate of our authority is a backend.
local function vouch(handle, headers)
  if not BACKEND_KEY or headers:get("authorization") or not is_api(headers:get(":path")) then
    return
  end
  local tls = handle:streamInfo():downstreamSslConnection()
  if tls and tls:peerCertificatePresented() and tls:peerCertificateValidated() then
    headers:add("authorization", "Bearer " .. BACKEND_KEY)
  end
end

-- text/plain is what a beacon sends without asking the server first.
local function is_json(kind)
  return kind:find("^application/json") or kind:find("^text/plain")
end

function envoy_on_request(handle)
  local headers = handle:headers()
  take_key(headers)
  vouch(handle, headers)
  if headers:get(":method") == "POST" and headers:get(":path"):sub(1, 4) == "/v1/"
      and not is_json(headers:get("content-type") or "") then
    handle:respond({ [":status"] = "415" }, "content-type must be application/json")
  end
end
