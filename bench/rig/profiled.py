"""Run `gatehouse` under cProfile: `python -m bench.rig.profiled FILE COMMAND ...`.

Rule: what counts is the CPU of the thread that serves, not the clock: on a shared machine a call is often just waiting.
"""

import cProfile
import sys
import time

from sidecar.cli.main import main

if __name__ == "__main__":
    profile = cProfile.Profile(time.thread_time)
    try:
        profile.runcall(main, sys.argv[2:])
    finally:
        profile.dump_stats(sys.argv[1])
