"""The simulator's rules beside the verdicts a real server gave on the same databases."""
