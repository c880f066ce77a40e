"""Verdicts beside those of a real server and of the simulator."""
