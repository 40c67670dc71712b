"""Strangers throw junk at the media port of a release server, and a publisher lies, while viewers watch and join; fails when they
notice, or when the server keeps more than 10 MiB of it.

Prints one JSON object per case. Clients, strangers and server share the cores of this machine.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
os.environ.setdefault("LECTERN_BINARY", str(ROOT / "target/release/lectern"))
sys.path.insert(0, str(ROOT / "tests/interop"))
from server import Server  # noqa: E402

LOADTEST = os.environ.get("LOADTEST_BINARY", ROOT / "target/release/lectern-loadtest")
SECONDS = int(os.environ.get("SECONDS", "20"))
MOST_GROWTH_KIB = 10 * 1024


def resident(server):
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))


def drops(server):
    """What the media plane threw away, by reason, as /metrics tells it."""
    import urllib.request

    text = urllib.request.urlopen(server.url + "/metrics", timeout=10).read().decode()
    found = re.findall(r'^lectern_media_drop\w*\{[^}]*reason="(\w+)"[^}]*\} (\d+)', text, re.M)
    return {reason: int(count) for reason, count in found if int(count)}


def watched(server, session, viewers, seconds):
    """Viewers of a broadcast; the load client's report, and the server's memory once all have left."""
    command = [
        LOADTEST, "broadcast", "--url", server.url, "--session", session, "--viewers", str(viewers), "--seconds", str(seconds),
        "--publish", "--publish-token", server.token(session, "publish"), "--watch-token", server.token(session, "watch"), "--json",
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    report = json.loads(done.stdout or "{}")
    if not report:
        sys.exit("the load client failed")
    time.sleep(1)
    return report, resident(server)


def junk(server, kind, rate, seconds):
    command = [
        LOADTEST, "junk", "--target", f"127.0.0.1:{server.media_port}", "--kind", kind, "--rate", str(rate), "--seconds", str(seconds),
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def liar(server, kind, rate, seconds):
    """A publisher of a Session of its own on the same shard, with right keys."""
    session = server.go_live()
    command = [
        LOADTEST, "liar", "--url", server.url, "--session", session, "--publish-token", server.token(session, "publish"),
        "--kind", kind, "--rate", str(rate), "--seconds", str(seconds),
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def case(name, thrower, kind, rate, viewers, seconds):
    """The same broadcast in peace and under fire. Gives what is wrong."""
    with Server() as server:
        session = server.go_live()
        peace, before = watched(server, session, viewers, seconds)
        # As long as joining, measuring and leaving take.
        fire = thrower(server, kind, rate, seconds + viewers // 25 + 4)
        under_fire, after = watched(server, session, viewers, seconds)
        thrown = json.loads(fire.communicate()[0])
        seen = drops(server)
    figures = {
        "case": name,
        "thrown_per_second": round(thrown["per_second"]),
        "viewers": viewers,
        "loss_percent": under_fire["packets"]["loss_percent"],
        "loss_percent_in_peace": peace["packets"]["loss_percent"],
        "joined": under_fire["viewers"]["connected"],
        "with_media": under_fire["viewers"]["with_media"],
        "first_media_ms": under_fire["join_ms"]["first_media"],
        "first_media_ms_in_peace": peace["join_ms"]["first_media"],
        "forward_latency_ms": under_fire["forward_latency_ms"],
        "forward_latency_ms_in_peace": peace["forward_latency_ms"],
        "grown_kib": after - before,
        "dropped": seen,
    }
    print(json.dumps(figures, ensure_ascii=False), flush=True)
    wrong = []
    if figures["loss_percent"] >= 1:
        wrong.append(f"{name}: {figures['loss_percent']} % lost")
    if figures["joined"] < viewers or figures["with_media"] < viewers:
        wrong.append(f"{name}: {figures['joined']} of {viewers} joined, {figures['with_media']} see something")
    if figures["grown_kib"] >= MOST_GROWTH_KIB:
        wrong.append(f"{name}: {figures['grown_kib']} KiB more memory")
    if thrown["per_second"] < 0.9 * rate:
        wrong.append(f"{name}: only {thrown['per_second']:.0f} of {rate} datagrams a second were thrown")
    return wrong


def main():
    wrong = case("10,000 datagrams of junk a second", junk, "mixed", 10_000, 50, SECONDS)
    wrong += case("1,000 hellos of strangers a second", junk, "hello", 1_000, 100, SECONDS // 2)
    wrong += case("2,000 packets a second, each under another SSRC", liar, "ssrcs", 2_000, 50, SECONDS // 2)
    wrong += case("2,000 lies in RTCP a second", liar, "rtcp", 2_000, 50, SECONDS // 2)
    wrong += case("2,000 packets of padding and false repairs a second", liar, "padding", 2_000, 50, SECONDS // 2)
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
