"""Generated sites: a pool that looks as if people had worked with it for years, made anew from a seed."""
