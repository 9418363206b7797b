-- Counts one call in every window of KEYS, or in none: all are looked at before one is counted in.
--
-- KEYS     one hash per window, part number -> calls; at most 62 fields, so that Redis packs them tightly.
-- ARGV[1]  the time in milliseconds since the epoch, or '' for the clock of Redis, which all nodes share.
-- ARGV[..] for each key the window's length in milliseconds and the calls allowed in it.
-- Answers  for each key 1 or 0 (is there room), the calls left after this one, the milliseconds to wait.
--
-- The arithmetic is that of window.ts, which says why; a test holds the two together.
local PARTS = 60

local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local function leaves_in(part, window)
  return math.ceil((part + PARTS + 1) * window / PARTS) - now
end

-- How long until enough of the oldest calls have left for one more to have room.
local function wait(slices, total, calls, window)
  table.sort(slices, function(a, b) return a.part < b.part end)
  local over = total - calls + 1
  for _, slice in ipairs(slices) do
    over = over - slice.calls
    if over <= 0 then return leaves_in(slice.part, window) end
  end
  return window
end

local answer, admitted = {}, true
for i, key in ipairs(KEYS) do
  local window, calls = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local current = math.floor(now * PARTS / window)
  local slices, total = {}, 0
  local stale = {}
  local fields = redis.call('HGETALL', key)
  for f = 1, #fields, 2 do
    local part, counted = tonumber(fields[f]), tonumber(fields[f + 1])
    if part < current - PARTS then
      table.insert(stale, fields[f])
    else
      if part > current then
        -- The clock was set back: these calls count as made now, and nobody waits until it catches up.
        -- Added before removed: a key that was empty in between would lose its time to live.
        redis.call('HINCRBY', key, string.format('%.0f', current), counted)
        redis.call('HDEL', key, fields[f])
        part = current
      end
      total = total + counted
      table.insert(slices, { part = part, calls = counted })
    end
  end
  if #stale > 0 then redis.call('HDEL', key, unpack(stale)) end
  if total < calls then
    table.insert(answer, 1)
    table.insert(answer, calls - total - 1)
    table.insert(answer, leaves_in(current, window))
  else
    admitted = false
    table.insert(answer, 0)
    table.insert(answer, 0)
    table.insert(answer, wait(slices, total, calls, window))
  end
end

if admitted then
  for i, key in ipairs(KEYS) do
    local window = tonumber(ARGV[2 * i])
    local current = math.floor(now * PARTS / window)
    redis.call('HINCRBY', key, string.format('%.0f', current), 1)
    redis.call('PEXPIRE', key, math.ceil(window * (PARTS + 1) / PARTS))
  end
end
return answer
