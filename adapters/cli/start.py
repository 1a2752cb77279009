"""Where the command `harvester` starts: Ctrl-C ends it without a traceback, even while it is still being imported.

Nothing is imported at the top that can be imported later.
"""

import gc
import sys

INTERRUPTED = 130  # 128 + SIGINT, as shells say it


def harvester() -> None:
    """Run the command line."""
    gc.set_threshold(100_000, 50, 50)  # importing makes much and leaves no garbage: looking for it takes a tenth of a command
    try:
        from adapters.cli.main import main

        main(prog_name="harvester")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    finally:
        gc.freeze()  # what is left needn't be looked through at the end
