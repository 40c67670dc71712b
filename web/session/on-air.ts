/** What we send: devices and screen on air and off, muted and not, and the same on both ends after every drop. */
import { markRaw } from '@vue/reactivity'
import type { Source } from '@/protocol/signaling'
import type { DeviceKind, DeviceModel, DeviceTrouble } from './devices'
import { notify } from './live-state'
import type { LiveState } from './live-state'
import { SOURCES } from './media-client'
import type { MediaClient } from './media-client'
import type { RoomModel } from './room-model'
import { RequestError } from './signaling-client'
import type { SignalingClient } from './signaling-client'

export interface OnAirParts {
  state: LiveState
  room: RoomModel
  devices: DeviceModel
  media: MediaClient
  signaling: SignalingClient
  /** Is there an answered offer that something could be promised on? */
  answered(): boolean
}

export class OnAir {
  /** Muted or unmuted by the person while nobody could be told. */
  private readonly untold = new Set<Source>()
  private disposed = false

  constructor(private readonly parts: OnAirParts) {}

  dispose(): void {
    this.disposed = true
    this.parts.state.screenTrack?.stop()
  }

  async toggleMicrophone(): Promise<void> {
    const { own } = this.parts.state
    if (own.microphone === 'starting') return
    if (own.microphone === 'off') return this.start('microphone')
    await this.setMicrophoneMuted(own.microphone === 'on')
  }

  async toggleCamera(): Promise<void> {
    const { own } = this.parts.state
    if (own.camera === 'starting') return
    if (own.camera === 'off') return this.start('camera')
    await this.stop('camera')
    this.parts.devices.close('camera')
  }

  async toggleScreen(): Promise<void> {
    const { own } = this.parts.state
    if (own.screen === 'starting') return
    if (own.screen === 'off') return this.startScreen()
    await this.stopScreen()
  }

  /** Another microphone or camera, on air without a break in the Session. */
  async chooseDevice(kind: DeviceKind, id: string): Promise<void> {
    const { devices, media, state } = this.parts
    const track = await devices.choose(kind, id)
    if (state.own[kind] === 'off') return
    if (!track) return this.stop(kind)
    track.enabled = state.own[kind] !== 'muted'
    await media.setTrack(kind, track)
  }

  async start(source: 'microphone' | 'camera'): Promise<void> {
    const { devices, media, state } = this.parts
    state.own[source] = 'starting'
    const track = await devices.open(source)
    if (!track || this.disposed) {
      state.own[source] = 'off'
      return
    }
    track.enabled = true
    await media.setTrack(source, track)
    state.own[source] = 'on'
    await this.publish(source)
  }

  async stop(source: Source): Promise<void> {
    const { media, signaling, state } = this.parts
    if (state.own[source] === 'off') return
    state.own[source] = 'off'
    await media.setTrack(source, null)
    // Not waited for: the camera's light goes out now, and the frames of one line keep their order.
    signaling.request({ type: 'unpublish', source }).catch(() => undefined)
  }

  async goOffAir(): Promise<void> {
    await this.stopScreen()
    await this.stop('camera')
    await this.stop('microphone')
    this.parts.devices.close('camera')
    this.parts.devices.close('microphone')
  }

  mutedByHost(source: Source): void {
    const { devices, state } = this.parts
    if (source !== 'microphone' || state.own.microphone !== 'on') return
    const track = devices.state.microphoneTrack
    if (track) track.enabled = false
    state.own.microphone = 'muted'
    notify(state, 'muted_by_host')
  }

  /** After an answer and after a return: what the server has is made to be what we send. */
  async agree(): Promise<void> {
    const { room, signaling, state } = this.parts
    for (const source of SOURCES) {
      const status = state.own[source]
      const known = room.publication(room.state.you, source)
      if (status === 'off' && known) signaling.request({ type: 'unpublish', source }).catch(() => undefined)
      if (status !== 'on' && status !== 'muted') continue
      if (!known) await this.publish(source)
      else if (status === 'muted' ? !known.muted : known.muted && this.untold.has(source)) await this.tellMuted(source, status === 'muted')
      // Muted there and not here, and not by us: the host did it while we were away.
      else if (known.muted && status === 'on') this.mutedByHost(source)
    }
  }

  private async publish(source: Source): Promise<void> {
    const { devices, media, signaling, state } = this.parts
    const mid = media.midOf(source)
    // Without an answered offer there is nothing to promise yet; the welcome's own round publishes it.
    if (mid === null || !this.parts.answered()) return
    try {
      await signaling.request({ type: 'publish', source, mid })
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      if (error.code === 'not_connected' || error.code === 'no_answer') return
      if (error.code !== 'already_published') {
        await this.stop(source)
        if (source === 'camera' || source === 'microphone') devices.close(source)
        throw error
      }
    }
    if (state.own[source] === 'muted') await this.tellMuted(source, true)
  }

  private async setMicrophoneMuted(muted: boolean): Promise<void> {
    const track = this.parts.devices.state.microphoneTrack
    if (track) track.enabled = !muted
    this.parts.state.own.microphone = muted ? 'muted' : 'on'
    await this.tellMuted('microphone', muted)
  }

  private async tellMuted(source: Source, muted: boolean): Promise<void> {
    try {
      await this.parts.signaling.request({ type: 'mute', source, muted })
      this.untold.delete(source)
    } catch (error) {
      if (!(error instanceof RequestError) || (error.code !== 'not_connected' && error.code !== 'no_answer')) throw error
      this.untold.add(source)
    }
  }

  private async startScreen(): Promise<void> {
    const { devices, media, state } = this.parts
    const { own } = state
    own.screen = 'starting'
    state.screenTrouble = null
    try {
      const screen = await devices.openScreen()
      if (!screen || this.disposed) {
        own.screen = 'off'
        screen?.video.stop()
        return
      }
      state.screenTrack = markRaw(screen.video)
      screen.video.onended = () => {
        notify(state, 'screen_ended')
        void this.stopScreen()
      }
      await media.setTrack('screen', screen.video)
      own.screen = 'on'
      if (screen.audio) {
        await media.setTrack('screen_audio', screen.audio)
        own.screen_audio = 'on'
      }
    } catch (trouble) {
      own.screen = 'off'
      state.screenTrouble = typeof trouble === 'string' ? (trouble as DeviceTrouble) : 'unknown'
      return
    }
    await this.publish('screen')
    if (own.screen_audio === 'on') await this.publish('screen_audio')
  }

  private async stopScreen(): Promise<void> {
    const { state } = this.parts
    const track = state.screenTrack
    if (track) {
      track.onended = null
      track.stop()
    }
    state.screenTrack = null
    await this.stop('screen_audio')
    await this.stop('screen')
  }
}
