"""The simulated server held to what a real one answered, byte stream by byte stream."""
