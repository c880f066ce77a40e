"""Live graphs: one time axis and one cross-hair for all graphs of a tab, gaps stay gaps."""
