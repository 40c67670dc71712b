"""A Session of many lives against a server of its own: every record must say exactly what a reference model predicts.

The load client plays the lives and judges; arguments are passed on to it (`--seconds 57 --with-media 6 --signaling 20`).
"""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/interop"))
from server import Server  # noqa: E402

LOADTEST = os.environ.get("LOADTEST_BINARY", ROOT / "target/debug/lectern-loadtest")

with Server() as server:
    sys.exit(subprocess.run([LOADTEST, "attendance", "--url", server.url, *sys.argv[1:]]).returncode)
