"""Who looks after the program: its health and its figures, over HTTP."""
