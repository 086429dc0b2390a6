"""Slack: `inbound` and `outbound` are pure, `channel` sends, `intake` takes in what comes."""
