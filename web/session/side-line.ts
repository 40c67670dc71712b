/** Being in one Session without its sound and pictures: what is known and what may be asked, as for the host's phone at the door. */
import { reactive } from '@vue/reactivity'
import type { ClientMessage } from '@/protocol/signaling'
import { RoomModel } from './room-model'
import { SignalingClient } from './signaling-client'
import type { LineState, SignalingOptions } from './signaling-client'

export type SideLineOptions = Pick<SignalingOptions, 'ticket' | 'resume' | 'device' | 'keepResume' | 'openSocket'> & { socketUrl: string }

export class SideLine {
  readonly room = new RoomModel()
  readonly state: { line: LineState } = reactive({ line: { at: 'connecting', attempt: 1, why: null } })
  private readonly signaling: SignalingClient

  constructor({ socketUrl, ...options }: SideLineOptions) {
    this.signaling = new SignalingClient({
      ...options,
      url: socketUrl,
      onState: (line) => (this.state.line = line),
      onWelcome: (welcome) => this.room.welcome(welcome, Date.now()),
      onMessage: (message) => this.room.apply(message),
    })
  }

  enter(): void {
    this.signaling.start()
  }

  async ask(message: ClientMessage): Promise<void> {
    await this.signaling.request(message)
  }

  retryNow(): void {
    this.signaling.retryNow()
  }

  dispose(): void {
    this.signaling.stop()
  }
}
