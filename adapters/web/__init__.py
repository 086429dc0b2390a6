"""HTTP inward: the server that everything runs on which others may ask or call."""
