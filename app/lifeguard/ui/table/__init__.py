"""Tables of a tab: what they consist of as pure data, how they follow changes, and how they are shown."""
