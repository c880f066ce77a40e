"""What an admin can do: one record per command with its verdict and its coroutine, and the board of running jobs."""
