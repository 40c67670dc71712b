"""Counts the instructions of the media hot path with callgrind, so that a change in cost is seen on a noisy machine.

Prints one line per operation of media/benches/support/operations.rs: instructions for one packet, slot or datagram.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

TIMES = 20


def build():
    """The path of the program that performs the operations."""
    command = ["cargo", "build", "--locked", "-p", "lectern-media", "--bench", "instructions", "--release", "--message-format", "json"]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    built = [message for message in map(json.loads, lines) if message.get("target", {}).get("name") == "instructions"]
    return built[-1]["executable"]


def count(program, name):
    """Instructions of so many performances, without what prepares them."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [
            "valgrind", "--tool=callgrind", "--toggle-collect=*counted_operation*",
            f"--callgrind-out-file={os.path.join(scratch, 'out')}", program, name, str(TIMES),
        ]
        said = subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True).stderr
    return int(re.search(r"Collected : (\d+)", said).group(1))


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else build()
    listed = subprocess.run([program], check=True, stdout=subprocess.PIPE, text=True).stdout
    for line in listed.splitlines():
        name, unit, units = line.split("\t")
        print(f"{name:14} {count(program, name) / TIMES / int(units):10.1f} instructions per {unit}", flush=True)


if __name__ == "__main__":
    main()
