"""The simulated server on real sockets: HTTP's rules, faults, and clients that others wrote."""
