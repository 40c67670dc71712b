"""A Participant's websocket without a browser: says `hello`, hears what is said, leaves well or badly."""

import asyncio
import base64
import json
import os


class Member(asyncio.Protocol):
    """`welcomed` and `left` are futures that fail with ConnectionError when the socket ends first."""

    def __init__(self, session, ticket, on_message=None):
        loop = asyncio.get_running_loop()
        self.session, self.ticket, self.on_message = session, ticket, on_message
        self.welcomed, self.left = loop.create_future(), loop.create_future()
        self.buffer = bytearray()
        self.upgraded = False
        # Nobody may be waiting when the server is killed.
        for future in (self.welcomed, self.left):
            future.add_done_callback(lambda done: done.cancelled() or done.exception())

    def turn_deaf(self):
        """Takes everything from the socket and looks at nothing: who does not read is dropped by the server."""
        self.data_received = lambda data: None

    def connection_made(self, transport):
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write((
            f"GET /api/sessions/{self.session}/socket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
        ).encode())

    def data_received(self, data):
        self.buffer += data
        if not self.upgraded:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self.buffer.startswith(b"HTTP/1.1 101"):
                return self.transport.abort()
            del self.buffer[: end + 4]
            self.upgraded = True
            self.say({"id": 1, "type": "hello", "protocol": 1, "ticket": self.ticket})
        while (frame := self.frame()) is not None:
            opcode, payload = frame
            if opcode == 1:
                self.heard(payload)
            elif opcode == 8:
                self.transport.close()

    def frame(self):
        buffer = self.buffer
        if len(buffer) < 2:
            return None
        length, start = buffer[1] & 0x7F, 2
        if length >= 126:
            start = 4 if length == 126 else 10
            if len(buffer) < start:
                return None
            length = int.from_bytes(buffer[2:start], "big")
        if len(buffer) < start + length:
            return None
        opcode, payload = buffer[0] & 0x0F, bytes(buffer[start : start + length])
        del buffer[: start + length]
        return opcode, payload

    def heard(self, payload):
        if not self.welcomed.done() or not self.left.done() or self.on_message:
            message = json.loads(payload)
            kind = message["type"]
            if kind == "welcome" and not self.welcomed.done():
                self.welcomed.set_result(message["you"])
            elif kind == "refused" and not self.welcomed.done():
                self.welcomed.set_exception(ConnectionRefusedError(message["code"]))
            elif kind == "ok" and message["re"] == 2 and not self.left.done():
                self.left.set_result(None)
            if self.on_message:
                self.on_message(message)

    def connection_lost(self, error):
        for future in (self.welcomed, self.left):
            if not future.done():
                future.set_exception(ConnectionResetError("the socket ended"))

    def say(self, message):
        payload = json.dumps(message).encode()
        length = len(payload)
        head = bytes([0x81, 0x80 | length]) if length < 126 else b"\x81\xfe" + length.to_bytes(2, "big")
        # A mask of zeros masks nothing, and is a mask.
        self.transport.write(head + bytes(4) + payload)

    def leave(self):
        self.say({"id": 2, "type": "leave"})

    def drop(self):
        self.transport.abort()


async def join(port, session, ticket, on_message=None):
    """The member, with `welcomed` still to come."""
    loop = asyncio.get_running_loop()
    _, member = await loop.create_connection(lambda: Member(session, ticket, on_message), "127.0.0.1", port)
    return member
