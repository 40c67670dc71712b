"""The disk of a server becomes really full in the middle of a lesson with media, and has room again.

The server runs on a tmpfs of its own in a mount namespace (wants root). Viewers watch a broadcast all the while. When the
disk is full, a newcomer must be refused, the host told, /readyz 503, and the media go on; when it has room again, newcomers
come in, the host is told, and the ledger holds everything that was acknowledged. Prints one JSON object.
"""

import asyncio
import errno
import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/interop"))
from member import join  # noqa: E402
from server import BINARY, Server  # noqa: E402

LOADTEST = os.environ.get("LOADTEST_BINARY", BINARY.parent / "lectern-loadtest")
MEGABYTES = 16
VIEWERS = 10
MOUNT = f'mount -t tmpfs -o size={MEGABYTES}m tmpfs "$0" && exec "$@"'


class SmallDisk(Server):
    """Its data directory is a file system that only it sees."""

    def __enter__(self):
        import tempfile

        self.mounted = tempfile.TemporaryDirectory(prefix="lectern-small-")
        self.prefix = ("unshare", "--mount", "--propagation", "private", "sh", "-c", MOUNT, self.mounted.name)
        return super().__enter__()

    def start(self):
        self.options[1] = self.mounted.name
        return super().start()

    def inside(self, name):
        return pathlib.Path(f"/proc/{self.process.pid}/root{self.mounted.name}") / name

    def fill(self):
        with open(self.inside("ballast"), "ab", buffering=0) as ballast:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        ballast.write(bytes(size))
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def ready(self):
        try:
            return urllib.request.urlopen(self.url + "/readyz", timeout=10).status
        except urllib.error.HTTPError as error:
            return error.code


async def until(attempt, seconds):
    """Tries twice a second; how long it took."""
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        if await attempt():
            return round(time.monotonic() - began, 2)
        await asyncio.sleep(0.5)
    raise SystemExit(f"{attempt.__name__} did not come true within {seconds} s")


async def trial(server, session):
    told, acknowledged, figures = [], [], {}
    ticket = lambda body: server.call("POST", f"/api/sessions/{session}/tickets", body)["ticket"]
    guest = ticket({"guest": {"name": "王芳", "school": "石桥小学", "rural": True}})
    host = await join(server.port, session, ticket({}), lambda m: m["type"] == "ledger" and told.append(m["written"]))
    acknowledged.append(await host.welcomed)

    async def a_newcomer_is_refused():
        member = await join(server.port, session, guest)
        try:
            acknowledged.append(await member.welcomed)
            return False
        except ConnectionRefusedError as error:
            return error.args[0] == "not_recorded"
        finally:
            member.drop()

    async def a_newcomer_is_welcomed():
        return not await a_newcomer_is_refused()

    async def it_is_not_ready():
        return await asyncio.to_thread(server.ready) == 503

    async def it_is_ready():
        return await asyncio.to_thread(server.ready) == 200

    async def the_host_knows():
        return told[-1:] == [not full]

    await asyncio.sleep(5)
    assert server.ready() == 200
    full = True
    server.fill()
    figures["refused_after_s"] = await until(a_newcomer_is_refused, 60)
    figures["host_told_after_s"] = await until(the_host_knows, 20)
    figures["not_ready_after_s"] = await until(it_is_not_ready, 20)
    await asyncio.sleep(8)
    assert not await a_newcomer_is_welcomed(), "somebody came in without being written down"
    full = False
    server.inside("ballast").unlink()
    figures["welcomed_again_after_s"] = await until(a_newcomer_is_welcomed, 30)
    figures["host_told_again_after_s"] = await until(the_host_knows, 30)
    figures["ready_again_after_s"] = await until(it_is_ready, 30)
    host.drop()
    return acknowledged, figures


def main():
    with SmallDisk() as server:
        session = server.go_live()
        token = lambda purpose: subprocess.run(
            ["nsenter", "--mount", f"--target={server.process.pid}", BINARY, "token", "--session", session, f"--{purpose}",
             "--ttl", "1h", "--data-dir", server.mounted.name], check=True, capture_output=True, text=True).stdout.strip()
        watching = subprocess.Popen(
            [LOADTEST, "broadcast", "--url", server.url, "--session", session, "--viewers", str(VIEWERS), "--seconds", "40",
             "--publish", "--publish-token", token("publish"), "--watch-token", token("watch"), "--json"],
            stdout=subprocess.PIPE, text=True)
        acknowledged, figures = asyncio.run(trial(server, session))
        report = json.loads(watching.communicate()[0])
        verify = ["nsenter", "--mount", f"--target={server.process.pid}", BINARY, "ledger"]
        where = ["--session", session, "--data-dir", server.mounted.name]
        verified = subprocess.run([*verify, "verify", *where], capture_output=True, text=True)
        shown = subprocess.run([*verify, "show", "--json", *where], check=True, capture_output=True, text=True).stdout
    lines = [json.loads(line) for line in shown.splitlines()]
    joined = [line["participant"] for line in lines if line["kind"] == "joined"]
    figures |= {
        "acknowledged": len(acknowledged),
        "lost": len(set(acknowledged) - set(joined)),
        "doubled": len(joined) - len(set(joined)),
        "viewers": report["viewers"],
        "media_loss_percent": report["packets"]["loss_percent"],
        "verify": (verified.stdout + verified.stderr).strip(),
    }
    print(json.dumps(figures, ensure_ascii=False))
    assert verified.returncode == 0 and not figures["lost"] and not figures["doubled"]
    assert report["viewers"]["with_media"] == VIEWERS and figures["media_loss_percent"] < 1, "the media did not go on"


if __name__ == "__main__":
    main()
