import { describe, expect, it } from 'vitest'
import { askForOpusRepair, tuneOpus, videoCodecs } from './codecs'
import { CHROMIUM_CODECS } from './fakes'

describe('codecs', () => {
  it('offers_h264_baseline_with_packetization_mode_1_before_vp8_and_keeps_rtx', () => {
    const chosen = videoCodecs(CHROMIUM_CODECS)
    expect(chosen.map((one) => one.mimeType)).toEqual(['video/H264', 'video/VP8', 'video/rtx'])
    expect(chosen[0]?.sdpFmtpLine).toContain('42e01f')
  })

  it('a_browser_without_h264_still_offers_vp8', () => {
    expect(videoCodecs([{ mimeType: 'video/VP8' }, { mimeType: 'video/AV1' }])).toEqual([{ mimeType: 'video/VP8' }])
  })

  it('asks_opus_for_fec_and_dtx_and_leaves_other_codecs_alone', () => {
    const sdp = ['a=rtpmap:111 opus/48000/2', 'a=fmtp:111 minptime=10;useinbandfec=1', 'a=rtpmap:96 VP8/90000', 'a=fmtp:96 max-fr=30', ''].join('\r\n')
    const tuned = tuneOpus(sdp)
    expect(tuned).toContain('a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1\r\n')
    expect(tuned).toContain('a=fmtp:96 max-fr=30\r\n')
    expect(tuneOpus(tuned)).toBe(tuned)
  })

  it('asks_for_lost_opus_packets_once_and_for_nothing_else', () => {
    const sdp = 'a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\na=rtpmap:9 G722/8000\r\n'
    const asked = askForOpusRepair(sdp)
    expect(asked).toBe('a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 nack\r\na=rtcp-fb:111 transport-cc\r\na=rtpmap:9 G722/8000\r\n')
    expect(askForOpusRepair(asked)).toBe(asked)
  })
})
