"""Metrics: RRD bytes become arrays, arrays become series, data-source names become titles and units. Pure functions."""
