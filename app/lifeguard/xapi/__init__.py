"""The client of the XenAPI: bytes to typed values and back, sessions, events, tasks and streams, and what can fail.

Read `failures` first. `codec` is the seam between calls and bytes (`jsonrpc`, `xmlrpc`), `transport` the one between
bytes and the network; `session` speaks to one server, `events`, `tasks` and `streams` stand on it.
"""
