-- Say which of these really follow the topic, and take the others off its list. One whose conversation is
-- damaged is said to follow, so that the news which cannot be brought does not go unnoticed.
-- KEYS topic, then the conversation of each candidate
-- ARGV now, conversations kept, topic, then the address of each candidate
local now, kept, topic = tonumber(ARGV[1]), tonumber(ARGV[2]), '+' .. ARGV[3] .. '+'
local following, gone = {}, {}
for index = 4, #ARGV do
  local turn, damaged = sound(conversation, KEYS[index - 2], now, kept)
  local follows = damaged or turn and string.find(turn.topics .. '+', topic, 1, true)
  local list = follows and following or gone
  list[#list + 1] = ARGV[index]
end
for _, address in ipairs(gone) do redis.call('ZREM', KEYS[1], address) end
return following
