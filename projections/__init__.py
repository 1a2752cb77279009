"""The read side: pure folds of events into rows, one module per question."""
