"""Speaking to a host: codecs without I/O, the transport, the session, events, tasks, streams, failures."""
