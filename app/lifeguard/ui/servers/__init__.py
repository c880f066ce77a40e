"""The servers that were added: connected again at the start, shown while they are not, forgotten on request."""
