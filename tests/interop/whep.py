"""An aiortc WHEP player: counts what it decodes."""

import asyncio

import aiohttp
import numpy
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError


async def play(endpoint, token, seconds):
    """Plays for a while; returns decoded pictures, how many of them differ from the one before, and sound energy."""
    peer = RTCPeerConnection()
    peer.addTransceiver("audio", direction="recvonly")
    peer.addTransceiver("video", direction="recvonly")
    seen = {"pictures": 0, "moving": 0, "energy": 0.0, "size": None}
    tasks = []

    async def watch(track):
        before = None
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            if track.kind == "audio":
                seen["energy"] += float(numpy.mean(numpy.square(frame.to_ndarray().astype(numpy.float64) / 32768)))
            else:
                picture = frame.to_ndarray(format="gray")[::16, ::16].astype(int)
                seen["pictures"] += 1
                seen["size"] = (frame.width, frame.height)
                seen["moving"] += before is not None and bool(numpy.abs(picture - before).mean() > 1)
                before = picture

    peer.on("track", lambda track: tasks.append(asyncio.ensure_future(watch(track))))
    await peer.setLocalDescription(await peer.createOffer())
    headers = {"authorization": f"Bearer {token}", "content-type": "application/sdp"}
    async with aiohttp.ClientSession() as http:
        async with http.post(endpoint, data=peer.localDescription.sdp, headers=headers) as answer:
            text = await answer.text()
            assert answer.status == 201, (answer.status, text)
            resource = answer.headers["location"]
        await peer.setRemoteDescription(RTCSessionDescription(sdp=text, type="answer"))
        await asyncio.sleep(seconds)
        location = resource if resource.startswith("http") else endpoint.split("/api/")[0] + resource
        async with http.delete(location, headers={"authorization": headers["authorization"]}) as answer:
            assert answer.status == 200, answer.status
    await peer.close()
    for task in tasks:
        task.cancel()
    return seen
