"""Calls that configure or describe, asked of a pool without a network."""
