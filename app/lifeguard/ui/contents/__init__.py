"""What the tables of the tabs list, as pure functions of a pool's facts: one module per tab."""
