"""The write side: aggregates, commands, rules and errors. No input or output happens here."""
