"""The thin bar at the bottom that says what is running, and the list it opens."""
