-- Decides about many buyers at once, each alone, and holds their seats; queues the order of those who ask for it.
--
-- KEYS     see hall.lua
-- ARGV[1]  expected generation
-- ARGV[2]  how many more orders the queue may take
-- ARGV[3…] one packed buyer each, see buyer.rs:
--          { order, user, key or '', fingerprint, mode, category index, seats wanted, account limit, real name (0, 1),
--            ticket users, picked rows and seats, queue (0, 1), end of hold, … }
-- Reply    one text a buyer: 'seats <position> …', 'repeat <order>', 'queue_full', or the word of a rejection
-- Law      a seat is held by one order at most; the checks of a buyer come in the order key, seats, account limit,
--          names, room in the queue; an order is queued exactly when it is held; asking again under a key changes nothing.
-- State    after a buyer of seats 4 and 5: seats '....11', owners 4 → order, 5 → order, counts a-2 h+2, account +2,
--          a hold record, the key if there was one, and if queued a stream entry with its place in `pending`.

local PICKED, SPLIT, MISSING = 0, 2, 4294967295

-- The given fields of a hash, as a table.
local function fetch(key, fields)
  local found = {}
  if #fields > 0 then
    local values = call('HMGET', key, unpack(fields))
    for i, field in ipairs(fields) do found[field] = values[i] or nil end
  end
  return found
end

local room = tonumber(ARGV[2])
local buyers, key_fields, ask_keys, ask_users, ask_names = {}, {}, {}, {}, {}
for i = 3, #ARGV do
  local b = cmsgpack.unpack(ARGV[i])
  buyers[i - 2] = b
  if b[3] ~= '' then
    local field = b[2] .. ':' .. b[3]
    key_fields[i - 2], ask_keys[#ask_keys + 1] = field, field
  end
  ask_users[#ask_users + 1] = b[2]
  if b[9] == 1 then
    for _, name in ipairs(b[10]) do ask_names[#ask_names + 1] = name end
  end
end
local keys, accounts, names = fetch(REQUESTS, ask_keys), fetch(ACCOUNTS, ask_users), fetch(NAMES, ask_names)
local new_keys, new_owners, new_holds, new_names, new_accounts, queued = {}, {}, {}, {}, {}, {}

-- Adds a field and its value.
local function push(list, field, value)
  local n = #list
  list[n + 1], list[n + 2] = field, value
end

-- The seats that the buyer named: groups, or nil and why not. `picks` is row, seat, row, seat …
local function picked(picks)
  local groups = {}
  for i = 1, #picks, 2 do
    if picks[i] == MISSING then return nil, 'seat_missing' end
    local row = row_of(picks[i])
    local col = picks[i + 1] - row.first + 1
    local state = sub(row.text, col, col)
    if state == HELD then return nil, 'seat_held' end
    if state == SOLD then return nil, 'seat_sold' end
    groups[#groups + 1] = { row, col, 1 }
  end
  return groups
end

local function chosen(b)
  if b[5] == PICKED then return picked(b[11]) end
  if b[6] == MISSING then return nil, 'category_missing' end
  return choose(b[6], b[7], b[5] == SPLIT)
end

local function limit_reached(b)
  if tonumber(accounts[b[2]] or 0) + b[7] > b[8] then return 'account_limit' end
  if b[9] == 1 then
    for _, name in ipairs(b[10]) do
      if names[name] then return 'name_limit' end
    end
  end
  if b[12] == 1 and room < 1 then return 'queue_full' end
end

-- Notes everything that follows from a hold; it is written at the end.
local function note(i, b, groups)
  local order, user, key, seats, places = b[1], b[2], b[3], {}, {}
  for _, g in ipairs(groups) do
    local row, before = g[1], g[1].first + g[2] - 2
    move(row.cat, g[3], 'available', 'held')
    for k = 1, g[3] do
      local seat = format('%d', before + k)
      seats[#seats + 1], places[#places + 1] = seat, row.name .. ':' .. seat
      push(new_owners, seat, order)
    end
  end
  accounts[user] = (accounts[user] or 0) + #seats
  new_accounts[user] = true
  local real_names = b[9] == 1 and b[10] or {}
  for _, name in ipairs(real_names) do
    names[name] = order
    push(new_names, name, order)
  end
  local field = key_fields[i]
  if field then
    keys[field] = b[4] .. ':' .. order
    push(new_keys, field, keys[field])
  end
  local hold = b[13] .. ' ' .. user .. ' ' .. concat(real_names, ',') .. ' ' .. concat(places, ',') .. ' ' .. key
  push(new_holds, order, hold)
  local text = concat(seats, ' ')
  if b[12] == 1 then
    room = room - 1
    queued[#queued + 1] = { order, ARGV[i + 2], text }
  end
  return 'seats ' .. text
end

local function decide(i, b)
  local known = key_fields[i] and keys[key_fields[i]]
  if known then
    local fingerprint, order = string.match(known, '^(%x+):(%d+)$')
    return fingerprint == b[4] and 'repeat ' .. order or 'key_reused'
  end
  local groups, refusal, painted = chosen(b)
  if not groups then return refusal end
  refusal = limit_reached(b)
  if refusal then
    if painted then paint(groups, FREE) end
    return refusal
  end
  if not painted then paint(groups, HELD) end
  return note(i, b, groups)
end

local replies = {}
for i, b in ipairs(buyers) do
  replies[i] = decide(i, b)
end

-- Nothing has been written up to here.
flush()
if #new_owners > 0 then
  call('HSET', OWNERS, unpack(new_owners))
  call('HSET', HOLDS, unpack(new_holds))
  local counts = {}
  for user in pairs(new_accounts) do push(counts, user, format('%d', accounts[user])) end
  call('HSET', ACCOUNTS, unpack(counts))
end
if #new_names > 0 then call('HSET', NAMES, unpack(new_names)) end
if #new_keys > 0 then call('HSET', REQUESTS, unpack(new_keys)) end
if #queued > 0 then
  local place, places = tonumber(call('HGET', MARKS, 'next') or 0), {}
  for _, q in ipairs(queued) do
    place = place + 1
    push(places, q[1], format('%d:', place) .. call('XADD', QUEUE, '*', 'o', q[2], 's', q[3]))
  end
  call('HSET', PENDING, unpack(places))
  call('HSET', MARKS, 'next', format('%d', place))
end
return replies
