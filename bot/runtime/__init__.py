"""The shell: awaits, retries and measures; decides nothing about the conversation."""
