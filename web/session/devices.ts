/** Cameras, microphones and the screen of this device: what there is, what is open, and why something cannot be opened. */
import { markRaw, reactive } from '@vue/reactivity'

/** Why a device gives nothing; the page has a sentence and a next step for each. */
export type DeviceTrouble = 'denied' | 'missing' | 'busy' | 'insecure' | 'unsupported' | 'unplugged' | 'unknown'
export type DeviceStatus = 'off' | 'asking' | 'on' | DeviceTrouble
export type DeviceKind = 'microphone' | 'camera'

export interface DeviceState {
  microphones: { id: string; label: string }[]
  cameras: { id: string; label: string }[]
  microphoneId: string
  cameraId: string
  microphone: DeviceStatus
  camera: DeviceStatus
  microphoneTrack: MediaStreamTrack | null
  cameraTrack: MediaStreamTrack | null
  /** 0–10, for a meter of ten marks. */
  level: number
  /** The loudest of the last seconds, falling slowly: a word for it stands still while somebody speaks. */
  heard: number
}

export interface DeviceOptions {
  mediaDevices?: MediaDevices
  /** A device that was unplugged or taken away while it was in use. */
  onLost(kind: DeviceKind): void
  createAudioContext?(): AudioContext
}

const METER_EVERY_MS = 100
/** A microphone at −60 dBFS shows nothing, at −6 dBFS the whole meter. */
const METER_FLOOR_DB = -60
const METER_CEILING_DB = -6
/** Ten marks in ten seconds. */
const HEARD_FALLS_BY = 0.1

/**
 * The sound of a tab or of the system is a finished mix: what cleans a microphone would spoil it. This page's own tab is not
 * offered, as it would show itself for ever.
 */
const SCREEN: DisplayMediaStreamOptions & Record<string, unknown> = {
  video: { frameRate: { ideal: 15, max: 15 }, width: { max: 1920 }, height: { max: 1080 } },
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  systemAudio: 'include',
  selfBrowserSurface: 'exclude',
  surfaceSwitching: 'include',
}

export class DeviceModel {
  readonly state: DeviceState = reactive({
    microphones: [],
    cameras: [],
    microphoneId: '',
    cameraId: '',
    microphone: 'off',
    camera: 'off',
    microphoneTrack: null,
    cameraTrack: null,
    level: 0,
    heard: 0,
  })

  private readonly devices: MediaDevices | undefined
  private audioContext: AudioContext | null = null
  private meterTimer: ReturnType<typeof setInterval> | undefined
  private readonly refreshBound = () => void this.refresh()

  constructor(private readonly options: DeviceOptions) {
    this.devices = options.mediaDevices ?? globalThis.navigator?.mediaDevices
    this.devices?.addEventListener?.('devicechange', this.refreshBound)
  }

  async refresh(): Promise<void> {
    const found = (await this.devices?.enumerateDevices?.().catch(() => [])) ?? []
    const named = (kind: MediaDeviceKind) =>
      found.filter((one) => one.kind === kind && one.deviceId !== '').map((one) => ({ id: one.deviceId, label: one.label }))
    this.state.microphones = named('audioinput')
    this.state.cameras = named('videoinput')
  }

  /** The open track, or `null` with the reason in `state`. */
  open(kind: DeviceKind): Promise<MediaStreamTrack | null> {
    const track = kind === 'microphone' ? this.state.microphoneTrack : this.state.cameraTrack
    return track && track.readyState === 'live' ? Promise.resolve(track) : this.acquire(kind)
  }

  /** Takes another device; the old one is given back first, as many phones allow only one at a time. */
  async choose(kind: DeviceKind, id: string): Promise<MediaStreamTrack | null> {
    if (kind === 'microphone') this.state.microphoneId = id
    else this.state.cameraId = id
    const track = kind === 'microphone' ? this.state.microphoneTrack : this.state.cameraTrack
    if (!track) return null
    this.close(kind)
    return this.acquire(kind)
  }

  close(kind: DeviceKind): void {
    const { state } = this
    if (kind === 'microphone') {
      stop(state.microphoneTrack)
      state.microphoneTrack = null
      state.microphone = 'off'
      this.stopMeter()
    } else {
      stop(state.cameraTrack)
      state.cameraTrack = null
      state.camera = 'off'
    }
  }

  /** The shared screen and, where the browser gives it, its sound. Throws a `DeviceTrouble`; `null` when the person cancelled. */
  async openScreen(): Promise<{ video: MediaStreamTrack; audio: MediaStreamTrack | null } | null> {
    if (!this.devices?.getDisplayMedia) throw 'unsupported' as DeviceTrouble
    let stream: MediaStream
    try {
      stream = await this.devices.getDisplayMedia(SCREEN)
    } catch (error) {
      const name = (error as DOMException).name
      if (name === 'NotAllowedError' || name === 'AbortError') return null
      throw troubleOf(error)
    }
    const video = stream.getVideoTracks()[0]
    if (!video) return null
    // Sharpness before smoothness: slides are read.
    video.contentHint = 'text'
    const audio = stream.getAudioTracks()[0] ?? null
    if (audio) audio.contentHint = 'music'
    return { video, audio }
  }

  dispose(): void {
    this.devices?.removeEventListener?.('devicechange', this.refreshBound)
    this.close('microphone')
    this.close('camera')
    void this.audioContext?.close?.()
    this.audioContext = null
  }

  private async acquire(kind: DeviceKind): Promise<MediaStreamTrack | null> {
    const { state } = this
    const setStatus = (status: DeviceStatus) => {
      if (kind === 'microphone') state.microphone = status
      else state.camera = status
    }
    if (!this.devices?.getUserMedia) {
      // Browsers hide the devices on plain HTTP addresses other than this machine.
      setStatus(globalThis.isSecureContext === false ? 'insecure' : 'unsupported')
      return null
    }
    setStatus('asking')
    try {
      const stream = await this.getMedia(kind)
      const track = kind === 'microphone' ? stream.getAudioTracks()[0] : stream.getVideoTracks()[0]
      if (!track) throw new DOMException('', 'NotFoundError')
      track.onended = () => {
        this.close(kind)
        setStatus('unplugged')
        this.options.onLost(kind)
      }
      if (kind === 'microphone') {
        state.microphoneTrack = markRaw(track)
        state.microphoneId = track.getSettings?.().deviceId ?? state.microphoneId
        this.startMeter(stream)
      } else {
        state.cameraTrack = markRaw(track)
        state.cameraId = track.getSettings?.().deviceId ?? state.cameraId
      }
      setStatus('on')
      void this.refresh()
      return track
    } catch (error) {
      setStatus(troubleOf(error))
      return null
    }
  }

  private async getMedia(kind: DeviceKind): Promise<MediaStream> {
    const devices = this.devices as MediaDevices
    const wanted = kind === 'microphone' ? this.state.microphoneId : this.state.cameraId
    const of = (id: string): MediaStreamConstraints =>
      kind === 'microphone'
        ? { audio: { ...(id ? { deviceId: { exact: id } } : {}), echoCancellation: true, noiseSuppression: true, autoGainControl: true } }
        : { video: { ...(id ? { deviceId: { exact: id } } : {}), width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 25, max: 30 } } }
    try {
      return await devices.getUserMedia(of(wanted))
    } catch (error) {
      // The device of last time is not here today: any other will do.
      if (wanted && (error as DOMException).name === 'OverconstrainedError') return devices.getUserMedia(of(''))
      throw error
    }
  }

  private startMeter(stream: MediaStream): void {
    this.stopMeter()
    try {
      this.audioContext ??= this.options.createAudioContext?.() ?? new AudioContext()
      const context = this.audioContext
      void context.resume?.()
      const analyser = context.createAnalyser()
      analyser.fftSize = 1024
      context.createMediaStreamSource(stream).connect(analyser)
      const samples = new Float32Array(analyser.fftSize)
      this.meterTimer = setInterval(() => {
        analyser.getFloatTimeDomainData(samples)
        this.state.level = meterMarks(samples)
        this.state.heard = Math.max(this.state.level, this.state.heard - HEARD_FALLS_BY)
      }, METER_EVERY_MS)
    } catch {
      // No meter is no reason to have no microphone.
      this.state.level = 0
    }
  }

  private stopMeter(): void {
    clearInterval(this.meterTimer)
    this.meterTimer = undefined
    this.state.level = 0
    this.state.heard = 0
  }
}

/** Loudness of a block of samples as 0–10 marks, even in decibels. */
export function meterMarks(samples: Float32Array): number {
  let sum = 0
  for (const value of samples) sum += value * value
  const db = 10 * Math.log10(sum / Math.max(1, samples.length) + 1e-12)
  const share = (db - METER_FLOOR_DB) / (METER_CEILING_DB - METER_FLOOR_DB)
  return Math.round(Math.min(1, Math.max(0, share)) * 10)
}

export function troubleOf(error: unknown): DeviceTrouble {
  switch ((error as { name?: string } | null)?.name) {
    case 'NotAllowedError':
    case 'PermissionDeniedError':
      return 'denied'
    case 'NotFoundError':
    case 'DevicesNotFoundError':
    case 'OverconstrainedError':
      return 'missing'
    case 'NotReadableError':
    case 'TrackStartError':
    case 'AbortError':
      return 'busy'
    case 'SecurityError':
      return 'insecure'
    case 'TypeError':
      return 'unsupported'
    default:
      return 'unknown'
  }
}

function stop(track: MediaStreamTrack | null): void {
  if (!track) return
  track.onended = null
  track.stop()
}
