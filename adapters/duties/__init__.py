"""What the leader does all the time: one small class for each duty (design §9), and the rounds in which they are run."""
