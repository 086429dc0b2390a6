"""What we decide: the dialogue, the durable turn, and the commands."""
