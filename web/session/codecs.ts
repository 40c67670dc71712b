/** Which codecs we offer, in which order, and how Opus is told to survive loss. */

/**
 * H.264 constrained baseline 3.1 with packetization mode 1 first: every phone decodes it in hardware and the recorder copies
 * it. Then VP8. RTX stays, or no lost packet is ever repeated. Everything else is left out of the offer.
 */
export function videoCodecs<T extends { mimeType: string; sdpFmtpLine?: string }>(all: readonly T[]): T[] {
  const h264 = all.filter(
    (codec) =>
      codec.mimeType.toLowerCase() === 'video/h264' &&
      /profile-level-id=42e0/i.test(codec.sdpFmtpLine ?? '') &&
      /packetization-mode=1/.test(codec.sdpFmtpLine ?? ''),
  )
  const vp8 = all.filter((codec) => codec.mimeType.toLowerCase() === 'video/vp8')
  const rtx = all.filter((codec) => codec.mimeType.toLowerCase() === 'video/rtx')
  return [...h264, ...vp8, ...rtx]
}

/**
 * Adds in-band FEC and DTX to every Opus format line of an offer: what we wish to be sent. An encoder takes both from the
 * *other* side's description, so what we send ourselves is in the answer, which echoes them.
 */
export function tuneOpus(sdp: string): string {
  const opus = new Set(Array.from(sdp.matchAll(/^a=rtpmap:(\d+) opus\/48000/gim), (found) => found[1]))
  return sdp
    .split('\r\n')
    .map((line) => {
      const found = /^a=fmtp:(\d+) (.*)$/.exec(line)
      if (!found || !opus.has(found[1])) return line
      const rest = (found[2] ?? '').split(';').filter((one) => !/^\s*(useinbandfec|usedtx)=/.test(one))
      return `a=fmtp:${found[1]} ${[...rest, 'useinbandfec=1', 'usedtx=1'].join(';')}`
    })
    .join('\r\n')
}

/**
 * Asks that lost Opus packets be repeated. Chromium repairs sound by NACK when both sides name it, but never names it
 * itself; the answer then says whether the server does.
 */
export function askForOpusRepair(sdp: string): string {
  return sdp.replace(/^a=rtpmap:(\d+) opus\/48000.*$/gim, (line, pt: string) =>
    sdp.includes(`a=rtcp-fb:${pt} nack`) ? line : `${line}\r\na=rtcp-fb:${pt} nack`,
  )
}
