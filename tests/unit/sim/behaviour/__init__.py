"""Behaviours of the simulated pool, tried one by one on a small site."""
