"""The composition root: builds every object of the program with a window, joins them, and owns the shutdown."""
