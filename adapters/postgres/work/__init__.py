"""The work projection: what is left to do, who does it, what each source holds (schema `ops`)."""
