"""Running the stages of plugins in one process."""
