"""An aiortc WHIP publisher: a moving gradient and a 440 Hz tone, until its standard input closes."""

import asyncio
import fractions
import sys

import aiohttp
import av
import numpy
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack

WIDTH, HEIGHT, RATE = 640, 360, 48000


class Gradient(VideoStreamTrack):
    def __init__(self):
        super().__init__()
        self.count = 0

    async def recv(self):
        pts, base = await self.next_timestamp()
        self.count += 1
        row = ((numpy.arange(WIDTH) + 4 * self.count) % 256).astype(numpy.uint8)
        picture = numpy.zeros((HEIGHT, WIDTH, 3), numpy.uint8)
        picture[:, :, 1] = row
        picture[: HEIGHT // 2, :, 0] = 255 - row
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = pts, base
        return frame


class Tone(AudioStreamTrack):
    async def recv(self):
        silence = await super().recv()
        count = silence.samples
        at = silence.pts * (RATE / silence.sample_rate) + numpy.arange(count) * (RATE / silence.sample_rate)
        wave = (8000 * numpy.sin(2 * numpy.pi * 440 * at / RATE)).astype(numpy.int16)
        frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = silence.sample_rate, silence.pts
        frame.time_base = fractions.Fraction(1, silence.sample_rate)
        return frame


async def publish(endpoint, token, stop):
    peer = RTCPeerConnection()
    peer.addTrack(Tone())
    peer.addTrack(Gradient())
    await peer.setLocalDescription(await peer.createOffer())
    headers = {"authorization": f"Bearer {token}", "content-type": "application/sdp"}
    async with aiohttp.ClientSession() as http:
        async with http.post(endpoint, data=peer.localDescription.sdp, headers=headers) as answer:
            text = await answer.text()
            assert answer.status == 201, (answer.status, text)
            assert answer.headers["content-type"] == "application/sdp", answer.headers
            assert answer.headers["etag"], "RFC 9725 §4.3.1: an ETag for the ICE session"
            resource = answer.headers["location"]
        await peer.setRemoteDescription(RTCSessionDescription(sdp=text, type="answer"))
        print("publishing", flush=True)
        await stop()
        location = resource if resource.startswith("http") else endpoint.split("/api/")[0] + resource
        async with http.delete(location, headers={"authorization": headers["authorization"]}) as answer:
            assert answer.status == 200, answer.status
    await peer.close()


async def main():
    endpoint, token = sys.argv[1:]

    async def closed():
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

    await publish(endpoint, token, closed)


if __name__ == "__main__":
    asyncio.run(main())
