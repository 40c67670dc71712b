"""A server that is killed again and again while people come in and leave keeps its word about all of them.

KILLS times: RATE joins a second are offered to the real server, spread over its Sessions; some leave, some drop, some stay; then
kill -9, and the server starts again on what is there. Whoever was welcomed must be on record once, whoever was told that
the leaving is done must be on record as having left, every chain must hold (recomputed here, by other code than the
server's), and every interval that the kill left open must be closed at the last line about that person. Every tenth
round lasts long enough for checkpoints. Prints one JSON object; fails when something is lost, doubled or left open.
"""

import asyncio
import hashlib
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/interop"))
from member import join  # noqa: E402
from server import BINARY, Server  # noqa: E402

KILLS = int(os.environ.get("KILLS", "10"))
RATE = int(os.environ.get("RATE", "500"))
SESSIONS = int(os.environ.get("SESSIONS", "50"))
SEED = int(os.environ.get("SEED", "1"))
GUESTS = 3
# The server writes checkpoints every 15 s from its start.
LONG_ROUND = 18.0
COLUMNS = "session, sequence, id, kind, participant, person, detail, monotonic_us, wall_us, previous_hash, hash"


class Chain:
    """What the ledger tells of one Session, checked line by line as it grows."""

    def __init__(self):
        self.sequence, self.hash = 0, bytes(32)
        self.joined, self.asked_to_leave, self.open = set(), set(), {}
        self.closed_by_restart, self.closed_at_checkpoint, self.checkpoints = 0, 0, 0

    def add(self, row):
        session, sequence, event, kind, participant, person, detail, monotonic, wall, previous, digest = row
        where = f"{session} line {sequence}"
        text = lambda value: None if value is None else str(value).encode()
        fields = [b"lectern presence 1", previous, text(session), text(sequence), text(event), text(kind), text(participant),
                  text(person), text(detail), text(monotonic), text(wall)]
        covered = b"".join((2**64 - 1 if f is None else len(f)).to_bytes(8, "big") + (f or b"") for f in fields)
        assert sequence == self.sequence + 1, f"{where}: follows {self.sequence}"
        assert previous == self.hash, f"{where}: is not tied to the line before"
        assert hashlib.sha256(covered).digest() == digest, f"{where}: its hash does not fit"
        self.sequence, self.hash = sequence, digest
        if kind == "joined":
            assert participant not in self.joined, f"{where}: Participant {participant} joined twice"
            self.joined.add(participant)
        if kind in ("joined", "resumed", "checkpoint"):
            self.open[participant] = (kind, wall, monotonic)
            self.checkpoints += kind == "checkpoint"
        elif kind in ("lost", "left"):
            last = self.open.pop(participant, None)
            why = json.loads(detail)
            if why.get("cause") == "server_stopped":
                assert last and last[1:] == (wall, monotonic), f"{where}: closed elsewhere than at the last line, {last}"
                self.closed_by_restart += 1
                self.closed_at_checkpoint += last[0] == "checkpoint"
            elif why.get("cause") == "asked":
                self.asked_to_leave.add(participant)


class Trial:
    def __init__(self, server):
        self.server = server
        self.random = random.Random(SEED)
        self.tickets = []
        for n in range(SESSIONS):
            session = server.go_live()
            for g in range(GUESTS):
                guest = {"name": f"老师{n}之{g}", "school": "石桥小学", "rural": True}
                answer = server.call("POST", f"/api/sessions/{session}/tickets", {"guest": guest})
                self.tickets.append((session, answer["ticket"]))
        self.chains = {session: Chain() for session, _ in self.tickets}
        self.welcomed, self.left, self.refused = set(), set(), 0
        self.busy_seconds, self.restarts = 0.0, []

    async def one_join(self, port):
        session, ticket = self.random.choice(self.tickets)
        fate = self.random.random()
        try:
            member = await join(port, session, ticket)
            you = (session, await member.welcomed)
            self.welcomed.add(you)
            if fate < 0.05:
                # Stays until the server is killed.
                member.turn_deaf()
                return
            await asyncio.sleep(self.random.uniform(0, 0.2))
            if fate < 0.4:
                member.leave()
                await member.left
                self.left.add(you)
            else:
                member.drop()
        except ConnectionRefusedError as error:
            self.refused += bool(error.args and error.args[0] == "not_recorded")
        except OSError:
            pass

    async def round(self, seconds):
        """Offers joins at their rate until the time is up, and kills the server in the middle of them."""
        began, tasks, count = time.monotonic(), set(), 0
        while (now := time.monotonic()) < began + seconds:
            while count < (now - began) * RATE:
                count += 1
                task = asyncio.create_task(self.one_join(self.server.port))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            await asyncio.sleep(0.002)
        self.server.process.kill()
        self.busy_seconds += time.monotonic() - began
        # What was said before the kill still lies in the sockets, and counts.
        if tasks:
            await asyncio.wait(tasks, timeout=30)
        self.server.process.wait()

    def read(self):
        """The lines that are new, through the eyes of another program."""
        database = sqlite3.connect(pathlib.Path(self.server.folder.name) / "lectern.db", timeout=30)
        for session, chain in self.chains.items():
            query = f"select {COLUMNS} from presence_event where session = ? and sequence > ? order by sequence"
            for row in database.execute(query, (session, chain.sequence)):
                chain.add(row)
        database.close()

    def check(self):
        deadline = time.monotonic() + 20
        self.read()
        while any(chain.open for chain in self.chains.values()) and time.monotonic() < deadline:
            time.sleep(0.05)
            self.read()
        for session, chain in self.chains.items():
            assert not chain.open, f"{session}: {len(chain.open)} intervals stay open"
        lost = [one for one in self.welcomed if one[1] not in self.chains[one[0]].joined]
        assert not lost, f"{len(lost)} acknowledged joins are gone: {lost[:5]}"
        lost = [one for one in self.left if one[1] not in self.chains[one[0]].asked_to_leave]
        assert not lost, f"{len(lost)} acknowledged leaves are gone: {lost[:5]}"

    def run(self):
        for kill in range(KILLS):
            seconds = LONG_ROUND if kill % 10 == 4 else self.random.uniform(0.2, 1.2)
            asyncio.run(self.round(seconds))
            began = time.monotonic()
            self.server.start()
            self.restarts.append(time.monotonic() - began)
            self.check()


def main():
    began = time.monotonic()
    with Server(options=("--media-shards", "1", "--places-per-session", "100000")) as server:
        trial = Trial(server)
        trial.run()
        server.kill()
        verified = subprocess.run([BINARY, "ledger", "verify", "--data-dir", server.folder.name], capture_output=True, text=True)
    chains = trial.chains.values()
    restarts = sorted(trial.restarts)
    figures = {
        "kills": KILLS,
        "joins_acknowledged": len(trial.welcomed),
        "joins_acknowledged_per_second": round(len(trial.welcomed) / trial.busy_seconds),
        "joins_refused": trial.refused,
        "leaves_acknowledged": len(trial.left),
        "lost": 0,
        "doubled": 0,
        "lines": sum(chain.sequence for chain in chains),
        "checkpoints": sum(chain.checkpoints for chain in chains),
        "closed_by_a_restart": sum(chain.closed_by_restart for chain in chains),
        "of_these_at_a_checkpoint": sum(chain.closed_at_checkpoint for chain in chains),
        "restart_seconds_p50": round(restarts[len(restarts) // 2], 2),
        "restart_seconds_max": round(restarts[-1], 2),
        "verify": (verified.stdout + verified.stderr).strip(),
        "seconds": round(time.monotonic() - began),
    }
    print(json.dumps(figures, ensure_ascii=False), flush=True)
    assert verified.returncode == 0, figures["verify"]
    assert trial.welcomed and figures["closed_by_a_restart"], "the trial tried nothing"
    assert KILLS < 5 or figures["of_these_at_a_checkpoint"], "no interval was closed at a checkpoint"


if __name__ == "__main__":
    main()
