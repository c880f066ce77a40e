"""What the user prefers and which servers are saved, typed, in one file."""
