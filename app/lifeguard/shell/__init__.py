"""The subcommands without a window, one module each: what they take, what they print, and their exit status."""
