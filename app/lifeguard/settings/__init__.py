"""What the user prefers and which servers are saved: `model` is the content, `file` its life on disk."""
