"""Where servers are measured: a network namespace at the other end of a veth pair, or this machine's loopback.

Janus gathers no loopback candidate, so it needs an address of its own; all servers get the same, so that all pay the same way.
"""

import os
import shutil
import subprocess

HERE, THERE = "10.213.7.1", "10.213.7.2"


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Place:
    """`host` is a server's address, `own` the clients', `prefix` what runs a command there."""

    def __init__(self):
        self.namespace = f"lectern-bench-{os.getpid()}"
        self.host = self.own = "127.0.0.1"
        self.prefix = []
        self.why_not = None

    def __enter__(self):
        if os.geteuid() != 0 or not shutil.which("ip"):
            self.why_not = "no root or no iproute2"
            return self
        near, far = f"lb{os.getpid() % 10**8}a", f"lb{os.getpid() % 10**8}b"
        try:
            ip("netns", "add", self.namespace)
            ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", self.namespace)
            ip("addr", "add", f"{HERE}/30", "dev", near)
            ip("link", "set", near, "up")
            for words in (["addr", "add", f"{THERE}/30", "dev", far], ["link", "set", far, "up"], ["link", "set", "lo", "up"]):
                ip("-n", self.namespace, *words)
        except subprocess.CalledProcessError as error:
            self.why_not = error.stderr.decode().strip()
            self.__exit__()
            return self
        self.host, self.own = THERE, HERE
        self.prefix = ["ip", "netns", "exec", self.namespace]
        return self

    def __exit__(self, *_):
        # The pair goes with the namespace.
        subprocess.run(["ip", "netns", "del", self.namespace], capture_output=True)

    @property
    def apart(self):
        return bool(self.prefix)
