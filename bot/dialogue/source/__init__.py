"""Flow files: read strictly, and checked as a whole before they may be used."""
