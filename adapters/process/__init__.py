"""What a process of ours has besides its role: how it ends, how its lines are kept, what it hears from the database."""
