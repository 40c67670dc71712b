#!/usr/bin/env python3
"""Stands where `lectern-finish aac` stands, on machines without FFmpeg: reads the Opus of a live stream and writes as many bytes as AAC of
128 kbit/s would have. For loads only: nobody can hear it (docs/recording.md tells the framing)."""

import struct
import sys

FRAME_TICKS, FRAME = 1024, bytes(341)


def main():
    if sys.argv[1:] != ["aac"]:
        sys.exit(1)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    at = None
    while len(head := source.read(14)) == 14:
        length, _voice, tick = struct.unpack(">IHq", head)
        source.read(length - 10)
        at = tick if at is None else at
        while at <= tick:
            sink.write(struct.pack(">Iq", len(FRAME) + 8, at) + FRAME)
            at += FRAME_TICKS
        sink.flush()


if __name__ == "__main__":
    main()
