-- Lend those of the jobs that are still free; note of the others when they will be.
-- KEYS due, then of each candidate its lane or wakes, and its gate
-- ARGV now, till, then the member of each candidate
local now, till = tonumber(ARGV[1]), ARGV[2]
local lent = {}
for index = 3, #ARGV do
  local found, stored, key = ARGV[index], KEYS[2 * index - 4], KEYS[2 * index - 3]
  local number, kind, address = string.match(found, '^(%d+)([sw])(.*)$')
  local here = {lane = stored, wakes = stored, due = KEYS[1], gate = key, address = address}
  local free = tonumber(redis.call('ZSCORE', KEYS[1], found))
  local job = free and free <= now and held(here, kind, number)
  local opened = job and kind == 's' and opens(gate(key), tonumber(job.pause)) or 0
  if job and opened > free then
    redis.call('ZADD', KEYS[1], whole(opened), found) -- free since then only, so it is not its turn yet
  elseif job and kind == 's' then
    local owed = lend_head(here, job, now, till) -- nothing where the clock went back: it is not due yet
    if owed then lent[#lent + 1] = {index - 3, owed} end
  elseif job then
    count_attempt(job)
    store_wake(stored, job)
    redis.call('ZADD', KEYS[1], till, found)
    lent[#lent + 1] = {index - 3, {whole(job.number), job.at, job.attempt, job.body}}
  elseif free and free <= now then
    redis.call('ZREM', KEYS[1], found) -- somebody deleted keys by hand
  end
end
return lent
