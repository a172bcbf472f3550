-- JSON callers may write pageSize or page_size. The server says page_size; here its errors and
-- details get the caller's spelling, and pageSize where the caller wrote neither.
local CAMEL = {
{% for snake, camel in rest.spellings.items() %}
  ["{{ snake }}"] = "{{ camel }}",
{% endfor %}
}
local SNAKE = {}
for snake, camel in pairs(CAMEL) do
  SNAKE[camel] = snake
end
local METADATA = "headwater.spelling"

-- Keep the names that a call writes; `names` maps each to true.
local function keep_spelling(handle, names)
  local kept = { any_camel = false, any_snake = false }
  for name in pairs(names) do
    if SNAKE[name] then
      kept[SNAKE[name]], kept.any_camel = "camel", true
    elseif CAMEL[name] then
      kept[name], kept.any_snake = kept[name] or "snake", true
    end
  end
  handle:streamInfo():dynamicMetadata():set(METADATA, "names", kept)
end

-- Add the names of a query's parameters to `names`.
local function add_query(names, path)
  for name in (path:match("%?(.*)$") or ""):gmatch("([%w_.]+)=") do
    for part in name:gmatch("[%w_]+") do
      names[part] = true
    end
  end
end

-- Return the text with each name of ours as `wanted` says. A name in quotes is a value.
local function respelled(text, wanted)
  return (text:gsub("(.?.?)%f[%a_]([%a_][%w_]*)", function(before, name)
    if CAMEL[name] and before:sub(-1) ~= "'" and before ~= '\\"' and wanted(name) then
      return before .. CAMEL[name]
    end
  end))
end

-- Return the JSON of an error: the fields that it is about, and names that the caller wrote.
local function respelled_error(json, kept)
  local about = {}
  local by_default = kept.any_camel or not kept.any_snake
  local function add(field)
    for name in field:gmatch("[%w_]+") do
      about[name] = by_default
    end
  end
  add(json:match('"message":"([%w_.%[%]]*)') or "")
  for field in json:gmatch('"field":"([^"]*)"') do
    add(field)
  end
  return respelled(json, function(name)
    return kept[name] == "camel" or (kept[name] == nil and about[name])
  end)
end

-- Return the JSON of an answer whose results say why something was refused.
local function respelled_details(json, kept)
  return (json:gsub('("detail":")([^"]+)', function(before, detail)
    return before .. respelled(detail, function(name) return kept[name] == "camel" end)
  end))
end

function envoy_on_response(handle)
  local headers = handle:headers()
  local kept = handle:streamInfo():dynamicMetadata():get(METADATA)
  if not kept or headers:get("content-type") ~= "application/json" then
    return
  end
  local respell = tonumber(headers:get(":status")) < 400 and respelled_details or respelled_error
  local body = handle:body()
  local json = body and body:getBytes(0, body:length()) or ""
  local spelled = respell(json, kept.names)
  if spelled ~= json then
    local size = body:setBytes(spelled)
    handle:headers():replace("content-length", size)
  end
end
