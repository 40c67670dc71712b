#!/usr/bin/env python3
"""A disk that really becomes nearly full, and then quite full, under a Recording: hosts are told, the Session goes on, and with room the
Recording does; what is there becomes a film. The server has a tmpfs of its own in a mount namespace (wants root). Prints one JSON object."""

import asyncio
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/interop"), str(ROOT / "tests")]
import ledger_full_disk as small  # noqa: E402
from member import join  # noqa: E402
from recording_long import LOADTEST, RATE, finished, make  # noqa: E402
from server import BINARY  # noqa: E402

# The recorder leaves 256 MB to others.
small.MOUNT = small.MOUNT.replace(f"size={small.MEGABYTES}m", "size=400m")
SPARE = 128 << 20


def nearly_fill(server):
    room = os.statvfs(server.inside("."))
    with open(server.inside("ballast"), "wb") as ballast:
        os.posix_fallocate(ballast.fileno(), 0, room.f_bavail * room.f_frsize - SPARE)


async def trial(server, session):
    lights, figures = [], {}
    ticket = server.call("POST", f"/api/sessions/{session}/tickets", {})["ticket"]
    host = await join(server.port, session, ticket, lambda m: m["type"] == "recording_light" and lights.append(m["light"]))
    await host.welcomed

    async def until(what, so):
        began = time.monotonic()
        while not (lights and so(lights[-1])):
            if time.monotonic() > began + 60:
                raise SystemExit(f"{what}: not within 60 s, the last light is {lights[-1:]}")
            await asyncio.sleep(0.1)
        figures[what] = round(time.monotonic() - began, 1)
        return lights[-1]["bytes"]

    more = lambda than: lambda light: light["trouble"] is None and light["bytes"] > than + 200_000
    written = await until("begins_s", more(0))
    for name, fill in (("nearly_full", nearly_fill), ("full", type(server).fill)):
        fill(server)
        await until(f"{name}_told_s", lambda light: light["trouble"] == "no_room")
        # The Session goes on meanwhile.
        await asyncio.sleep(6)
        assert lights[-1]["trouble"] == "no_room" and server.call("GET", f"/api/sessions/{session}")["state"] == "live"
        server.inside("ballast").unlink()
        written = await until(f"{name}_goes_on_s", more(written))
    host.drop()
    return figures


def main():
    with tempfile.TemporaryDirectory(prefix="lectern-film-") as work, small.SmallDisk() as server:
        picture, sound = make(pathlib.Path(work), 30)
        session = server.go_live()
        within = ["nsenter", "--mount", f"--target={server.process.pid}", BINARY]
        token = subprocess.run([*within, "token", "--session", session, "--publish", "--ttl", "1h", "--data-dir", server.mounted.name],
                               check=True, capture_output=True, text=True).stdout.strip()
        command = [LOADTEST, "publish", "--whip", f"{server.url}/api/sessions/{session}/whip", "--ticket", token]
        encoder = subprocess.Popen([*command, "--picture", picture, "--sound", sound, "--rate", str(RATE)], stderr=subprocess.DEVNULL)
        try:
            figures = asyncio.run(trial(server, session))
            assert encoder.poll() is None, "the encoder was cut off"
        finally:
            encoder.terminate()
            encoder.wait()
        recording, seconds, out = finished(server, session)
        manifest = server.inside(f"recordings/{recording}/manifest.jsonl").read_text().splitlines()
        [json.loads(line) for line in manifest if line]
        film = server.inside(f"objects/resources/{out.name}/video.mp4")
        subprocess.run(["ffmpeg", "-v", "error", "-xerror", "-i", film, "-f", "null", "-"], check=True)
    print(json.dumps(figures | {"film_s": seconds, "lines": len(manifest)}))


if __name__ == "__main__":
    main()
