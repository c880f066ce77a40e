"""What an admin should know without having asked: alerts of the pools, and what was done since the start."""
