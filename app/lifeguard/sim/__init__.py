"""A pool that is not there: state, calls, events, tasks and RRDs behind real HTTP, for the demo and for tests."""
