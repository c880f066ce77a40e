"""Measured series: RRD bytes to arrays, the store that keeps them, data-source names, units and decimation."""
