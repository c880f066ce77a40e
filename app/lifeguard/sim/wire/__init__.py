"""The wire as the simulated server writes and reads it: XML-RPC and JSON-RPC, by the types of the datamodel."""
