"""Evidence: what pasted text shows about a Mac, and what of it must not be kept."""
