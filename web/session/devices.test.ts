import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DeviceModel, meterMarks, troubleOf } from './devices'
import { FakeTrack, fakeMediaDevices } from './fakes'
import { live as words } from '@/locale/zh-CN/live'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => vi.useRealTimers())
const model = (refuse = {}, onLost = () => undefined) => new DeviceModel({ mediaDevices: fakeMediaDevices(refuse), onLost })

describe('why a device gives nothing', () => {
  it.each([
    ['NotAllowedError', 'denied'],
    ['NotFoundError', 'missing'],
    ['NotReadableError', 'busy'],
    ['AbortError', 'busy'],
    ['SecurityError', 'insecure'],
    ['Whatever', 'unknown'],
  ] as const)('%s_is_%s_with_a_sentence_and_a_next_step', async (name, trouble) => {
    expect(troubleOf({ name })).toBe(trouble)
    const devices = model({ audio: name })
    expect(await devices.open('microphone')).toBeNull()
    expect(devices.state.microphone).toBe(trouble)
    for (const sentence of [words.microphoneTrouble[trouble], words.cameraTrouble[trouble], words.screenTrouble[trouble]]) {
      expect(sentence).toMatch(/。$/)
      expect(sentence).not.toMatch(/[A-Za-z]+Error|失败|非法|异常/)
    }
  })

  it('a_browser_that_hides_devices_on_plain_http_is_named', async () => {
    vi.stubGlobal('isSecureContext', false)
    const devices = new DeviceModel({ mediaDevices: {} as MediaDevices, onLost: () => undefined })
    await devices.open('camera')
    expect(devices.state.camera).toBe('insecure')
    vi.unstubAllGlobals()
  })
})

describe('devices', () => {
  it('an_open_microphone_is_not_asked_for_twice', async () => {
    const devices = model()
    const first = await devices.open('microphone')
    expect(await devices.open('microphone')).toBe(first)
    expect(devices.state.microphone).toBe('on')
  })

  it('says_so_when_a_device_is_unplugged', async () => {
    const lost = vi.fn()
    const devices = model({}, lost)
    const track = (await devices.open('camera')) as unknown as FakeTrack
    track.onended?.()
    expect(devices.state.camera).toBe('unplugged')
    expect(lost).toHaveBeenCalledWith('camera')
  })

  it('gives_the_old_camera_back_before_taking_another', async () => {
    const devices = model()
    const old = (await devices.open('camera')) as unknown as FakeTrack
    const next = await devices.choose('camera', 'other')
    expect(old.readyState).toBe('ended')
    expect(next).not.toBe(old)
  })

  it('a_shared_screen_prefers_sharp_text', async () => {
    const screen = await model().openScreen()
    expect(screen?.video.contentHint).toBe('text')
    expect(screen?.audio).not.toBeNull()
  })

  it('the_meter_is_even_in_decibels', () => {
    expect(meterMarks(new Float32Array(64))).toBe(0)
    expect(meterMarks(new Float32Array(64).fill(0.02))).toBeGreaterThan(3)
    expect(meterMarks(new Float32Array(64).fill(0.9))).toBe(10)
  })
})
