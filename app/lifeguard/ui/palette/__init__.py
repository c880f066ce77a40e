"""The command palette: type part of a command or of a name, and it is done or gone to."""
