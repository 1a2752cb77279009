"""Actions: what a person or a program may ask of harvestlog, one function each (see `table`).

The command line, HTTP and pages call these and nothing else. Nothing here prints or parses; nothing above talks to Postgres.
"""
