"""The proof: what Lifeguard promises, written so that it can fail."""
