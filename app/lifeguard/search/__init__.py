"""Finding objects: the query and its parser, the evaluator, grouping, columns and the searches that are kept."""
