-- The hall, as every other script of a program sees it. It is put in front of each of them.
--
-- KEYS     the keys of the program, in the order of keys.rs
-- ARGV[1]  the generation that the caller expects
-- Reply    'stale' when the program is not of that generation; nothing was done then
--
-- Ids are text and are only compared; positions, rows and counts are numbers. What goes into a command as a number is
-- written by format('%d', …): Redis writes numbers as floats, which takes as long as the rest of the command.
-- Rows, tree blocks and counts are read once, changed here, and written back by flush(): so a script can decide about
-- many buyers, and every check comes before the first write.

local GEN, SEATS, ROWS, CATS, RUNS, COUNTS, OWNERS, ACCOUNTS, NAMES, REQUESTS, HOLDS, QUEUE, PENDING, MARKS =
  unpack(KEYS)
local FREE, HELD, SOLD = '0', '1', '2'
local FAN_OUT, RUN_MAX = 64, 255
local call, byte, char, find, sub, rep = redis.call, string.byte, string.char, string.find, string.sub, string.rep
local format, concat = string.format, table.concat
local floor, max, min = math.floor, math.max, math.min

if call('GET', GEN) ~= ARGV[1] then
  return 'stale'
end

-- Bytes of a string, counted from 0.
local function bytes(key, first, len)
  return call('GETRANGE', key, format('%d', first), format('%d', first + len - 1))
end

local rows, cats, blocks = {}, {}, {}
local changed_rows, changed_cats, changed_blocks = {}, {}, {}
local unsettled = {} -- rows whose longest run the tree does not know yet

-- A row by its index: its seats' states as text.
local function row_of(ix)
  local row = rows[ix]
  if not row then
    local first, len, cat = struct.unpack('>I4I2I2', bytes(ROWS, ix * 8, 8))
    row = { ix = ix, name = format('%d', ix), first = first, cat = cat, text = bytes(SEATS, first, len) }
    rows[ix] = row
  end
  return row
end

-- A category by its index: its counts, and the levels of its tree from the rows up to a level of one block.
local function cat_of(ix)
  local cat = cats[ix]
  if not cat then
    local first_row, n, at = struct.unpack('>I4I4I4', bytes(CATS, ix * 12, 12))
    local counts = call('HMGET', COUNTS, 'a' .. ix, 'h' .. ix, 's' .. ix)
    cat = { ix = ix, first_row = first_row, levels = {}, front = {} }
    cat.available, cat.held, cat.sold = tonumber(counts[1]), tonumber(counts[2]), tonumber(counts[3])
    while true do
      cat.levels[#cat.levels + 1] = { at = at, n = n }
      if n <= FAN_OUT then break end
      at, n = at + n, math.ceil(n / FAN_OUT)
    end
    cats[ix] = cat
  end
  return cat
end

-- Block j of a level: up to 64 longest runs, one byte each.
local function block_of(level, j)
  local at = level.at + j * FAN_OUT
  local text = blocks[at]
  if not text then
    text = bytes(RUNS, at, min(level.n - j * FAN_OUT, FAN_OUT))
    blocks[at] = text
  end
  return text, at
end

-- Sets the longest run of the category's i-th row and carries the change up the tree as far as it is one.
local function set_run(cat, i, run)
  local top = #cat.levels
  for depth = 1, top do
    local j = floor(i / FAN_OUT)
    local text, at = block_of(cat.levels[depth], j)
    local p = i - j * FAN_OUT + 1
    local old = byte(text, p)
    if old == run then return end
    text = sub(text, 1, p - 1) .. char(run) .. sub(text, p + 1)
    blocks[at], changed_blocks[at] = text, true
    if depth == top then return end
    if run < old and find(text, char(old), 1, true) then return end
    i, run = j, max(byte(text, 1, -1))
  end
end

-- The longest run of free seats in a row's text.
local function longest_run(text)
  local best, from = 0, 1
  while true do
    local first, last = find(text, '0+', from)
    if not first then return min(best, RUN_MAX) end
    best, from = max(best, last - first + 1), last + 2
  end
end

-- Brings the tree up to date; late, since many buyers of one batch sit in the same row.
local function settle()
  for ix, row in pairs(unsettled) do
    local cat = cat_of(row.cat)
    set_run(cat, ix - cat.first_row, longest_run(row.text))
    unsettled[ix] = nil
  end
end

-- Where a block has its first byte of at least k.
local function first_at_least(text, k)
  if k <= 36 then -- beyond '$' some bytes mean something in a pattern
    return (find(text, '[' .. char(k) .. '-\255]'))
  end
  for p = 1, #text do
    if byte(text, p) >= k then return p end
  end
end

-- The category's first row with k free seats side by side, found from the top of the tree down.
local function first_row(cat, k)
  settle()
  local j = 0
  for depth = #cat.levels, 1, -1 do
    local p = first_at_least(block_of(cat.levels[depth], j), k)
    if not p then return nil end
    j = j * FAN_OUT + p - 1
  end
  return row_of(cat.first_row + j)
end

-- Groups are { row, column in the row from 1, seats }. Sets their seats' state.
local function paint(groups, state)
  for _, g in ipairs(groups) do
    local row, col, n = g[1], g[2], g[3]
    row.text = sub(row.text, 1, col - 1) .. rep(state, n) .. sub(row.text, col + n)
    changed_rows[row.ix], unsettled[row.ix] = row, row
  end
  if state == FREE then
    for _, cat in pairs(cats) do cat.front = {} end
  end
end

-- Moves n seats from one count of a category to another.
local function move(cat_ix, n, from, to)
  local cat = cat_of(cat_ix)
  cat[from], cat[to] = cat[from] - n, cat[to] + n
  changed_cats[cat_ix] = cat
end

-- The fewest groups that make k seats, the largest first. Paints them as it goes, so that no seat is in two.
local function split(cat, k)
  local groups = {}
  while k > 0 do
    settle()
    local n = min(k, max(byte(block_of(cat.levels[#cat.levels], 0), 1, -1)))
    if n == 0 then
      paint(groups, FREE)
      return nil
    end
    local row = first_row(cat, n)
    local col = find(row.text, rep(FREE, n), 1, true)
    local group = { row, col, n }
    paint({ group }, HELD)
    groups[#groups + 1], k = group, k - n
  end
  table.sort(groups, function(a, b) return a[1].first + a[2] < b[1].first + b[2] end)
  return groups
end

-- k seats of a category: groups, or nil and why not. Third: the groups are painted as held already.
local function choose(cat_ix, k, may_split)
  local cat = cat_of(cat_ix)
  if cat.available < k then return nil, 'sold_out' end
  -- The row that was first for k is so still if it still has k: until seats are freed, rows before it have less.
  local row = cat.front[k]
  local col = row and find(row.text, rep(FREE, k), 1, true)
  if not col then
    row = first_row(cat, k)
    col = row and find(row.text, rep(FREE, k), 1, true)
    cat.front[k] = row
  end
  if col then return { { row, col, k } }, nil, false end
  local groups = may_split and split(cat, k)
  if not groups then return nil, 'seats_occupied' end
  return groups, nil, true
end

-- Positions of the seats in these groups.
local function seats_of(groups)
  local seats = {}
  for _, g in ipairs(groups) do
    for seat = g[1].first + g[2] - 1, g[1].first + g[2] + g[3] - 2 do
      seats[#seats + 1] = seat
    end
  end
  return seats
end

-- Writes back what was changed.
local function flush()
  settle()
  for _, row in pairs(changed_rows) do
    call('SETRANGE', SEATS, format('%d', row.first), row.text)
  end
  for at in pairs(changed_blocks) do
    call('SETRANGE', RUNS, format('%d', at), blocks[at])
  end
  local counts = {}
  for ix, cat in pairs(changed_cats) do
    local name = format('%d', ix)
    for kind, count in pairs({ a = cat.available, h = cat.held, s = cat.sold }) do
      counts[#counts + 1], counts[#counts + 2] = kind .. name, format('%d', count)
    end
  end
  if #counts > 0 then call('HSET', COUNTS, unpack(counts)) end
end

-- Of these seats (position seats[i] in row rows_ix[i]) those that the order owns: one group each, with state and seat.
-- With `only`, those in that state.
local function owned(order, rows_ix, seats, only)
  local groups, seen = {}, {}
  if #seats == 0 then return groups end
  local owners = call('HMGET', OWNERS, unpack(seats))
  for i, seat in ipairs(seats) do
    if owners[i] == order and not seen[seat] then
      local row = row_of(rows_ix[i])
      local col = seat - row.first + 1
      local state = sub(row.text, col, col)
      if state ~= FREE and (not only or state == only) then
        seen[seat] = true
        groups[#groups + 1] = { row, col, 1, state, seat }
      end
    end
  end
  return groups
end

-- A hold record is '<end> <user> <name>,<name>… <row>:<seat>,<row>:<seat>… <key>', with its held seats only.
local HOLD_RECORD = '^(%-?%d+) (%d+) ([%d,]*) ([%d:,]*) (.*)$'

-- The rows and positions that a hold record lists.
local function places_of(text)
  local rows_ix, seats = {}, {}
  for row, seat in string.gmatch(text, '(%d+):(%d+)') do
    rows_ix[#rows_ix + 1], seats[#seats + 1] = tonumber(row), tonumber(seat)
  end
  return rows_ix, seats
end

-- Takes these seats out of the order's hold record; the record goes with its last seat.
local function shrink_hold(order, groups)
  local record = call('HGET', HOLDS, order)
  if not record then return end
  local ends, user, names, places, key = string.match(record, HOLD_RECORD)
  local rows_ix, seats = places_of(places)
  local gone, left = {}, {}
  for _, g in ipairs(groups) do gone[g[5]] = true end
  for i, seat in ipairs(seats) do
    if not gone[seat] then left[#left + 1] = format('%d:%d', rows_ix[i], seat) end
  end
  if #left == 0 then
    call('HDEL', HOLDS, order)
  else
    call('HSET', HOLDS, order, concat({ ends, user, names, concat(left, ','), key }, ' '))
  end
end

-- Frees these seats of an order, lowers its account's count, frees the names that the order holds.
local function give_back(order, user, groups, names)
  local seats = {}
  for i, g in ipairs(groups) do
    move(g[1].cat, 1, g[4] == HELD and 'held' or 'sold', 'available')
    seats[i] = g[5]
  end
  paint(groups, FREE)
  if #seats > 0 then
    call('HDEL', OWNERS, unpack(seats))
    if call('HINCRBY', ACCOUNTS, user, -#seats) <= 0 then call('HDEL', ACCOUNTS, user) end
  end
  if #names > 0 then
    local holders = call('HMGET', NAMES, unpack(names))
    for i, name in ipairs(names) do
      if holders[i] == order then call('HDEL', NAMES, name) end
    end
  end
end
