"""aiortc publishes over WHIP and plays over WHEP: no line of code in common with the server."""

import asyncio
import sys

from server import Server
from whep import play
from whip import publish

SECONDS = 8


async def story(url, session, publish_token, watch_token):
    played = asyncio.Event()
    ingest = asyncio.ensure_future(publish(f"{url}/api/sessions/{session}/whip", publish_token, played.wait))
    viewer = asyncio.ensure_future(play(f"{url}/api/sessions/{session}/whep", watch_token, SECONDS))
    await asyncio.wait({ingest, viewer}, return_when=asyncio.FIRST_COMPLETED)
    played.set()
    await ingest
    return await viewer


def main():
    with Server() as server:
        session = server.go_live()
        tokens = server.token(session, "publish"), server.token(session, "watch")
        seen = asyncio.run(story(server.url, session, *tokens))
        server.call("POST", f"/api/sessions/{session}/end")
    print(f"WHIP -> WHEP with aiortc: {seen}")
    enough = seen["pictures"] >= 5 * SECONDS and seen["moving"] >= seen["pictures"] // 2 and seen["energy"] > 0.5
    sys.exit(0 if enough else "too little was seen or heard")


if __name__ == "__main__":
    main()
