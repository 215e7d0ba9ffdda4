-- An order is paid: those of the given seats that it holds are sold.
--
-- KEYS     see hall.lua
-- ARGV[1]  expected generation
-- ARGV[2]  packed { order, rows, seats }
-- Reply    how many seats changed
-- Law      only the owner's held seats change, so a repeat changes nothing; a sold seat keeps its owner.

local order, rows_ix, seats = unpack(cmsgpack.unpack(ARGV[2]))
local groups = owned(order, rows_ix, seats, HELD)
for _, g in ipairs(groups) do
  local row, col = g[1], g[2]
  row.text = sub(row.text, 1, col - 1) .. SOLD .. sub(row.text, col + 1)
  changed_rows[row.ix] = row
  move(row.cat, 1, 'held', 'sold')
end
flush()
if #groups > 0 then shrink_hold(order, groups) end
return #groups
