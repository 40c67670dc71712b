/** Tries a line before anybody depends on it: each way to the server alone, and how much goes through. Knows no page and no words. */
import { reactive } from '@vue/reactivity'
import type { LineCheckState } from '@/protocol/api'

export type Way = 'udp' | 'tcp'

export interface PathResult {
  /** `not_offered`: the server has no such way; `unknown`: it could not be asked. */
  state: 'works' | 'blocked' | 'not_offered' | 'unknown'
  /** Where the server takes media, as `address:port`. */
  places: string[]
  ports: number[]
  connectMs: number | null
  /** What test packets showed, else what the questions of the path itself did. */
  roundTripMs: number | null
  lossPercent: number | null
  jitterMs: number | null
  /** What a lesson would find towards this page; `null` where no test packets flowed. */
  kbps: number | null
  /** It was full at that; otherwise it carries more than was tried. */
  limited: boolean
}

export interface CheckResult {
  /** Round trip of the web server; `null` when it does not answer. */
  server: { ok: boolean; roundTripMs: number | null } | null
  socket: { ok: boolean } | null
  udp: PathResult | null
  tcp: PathResult | null
  /** kbit/s; `ok: false` when nothing came through. */
  down: { ok: boolean; kbps: number } | null
  up: { ok: boolean; kbps: number } | null
}

export type Part = keyof CheckResult

export interface CheckState {
  running: Part | null
  /** 0–100. */
  progress: number
  result: CheckResult
}

export interface LineCheckOptions {
  /** `http://…`, of the page. */
  origin: string
  /** Opens a test Peer: the offer in, the answer and the id of the check out. */
  open(offer: string): Promise<{ id: string; sdp: string }>
  /** What its test packets have shown so far. */
  read(id: string): Promise<LineCheckState>
  /** Ends it. */
  end(id: string): Promise<unknown>
  fetch?: typeof fetch
  openSocket?(url: string): WebSocket
  createPeer?(): RTCPeerConnection
  now?(): number
}

export const PARTS: readonly Part[] = ['server', 'socket', 'udp', 'tcp', 'down', 'up']
/** How long each part takes, roughly: the bar moves evenly. */
const SHARE: Record<Part, number> = { server: 8, socket: 8, udp: 26, tcp: 20, down: 20, up: 18 }

/** Any Session's socket opens before it asks who is there. */
const SOCKET_PATH = '/api/sessions/aaaaaaaaaaaaaaaa/socket'
const BYTES_PATH = '/api/line-checks/bytes'
const SOCKET_WITHIN_MS = 8_000
/** A server that takes longer for a short answer is as good as none. */
const ANSWER_WITHIN_MS = 8_000
const CONNECT_WITHIN_MS: Record<Way, number> = { udp: 8_000, tcp: 12_000 }
/** Test packets flow for six seconds; then the last of them are heard of. */
const MEASURED_WITHIN_MS = 10_000
const ASK_EVERY_MS = 500
/** Where no test packets come, long enough to see losses by the questions of the path. */
const LOOK_FOR_MS = 4_000
const DOWN_KB = [64, 256, 1024, 2048]
const UP_KB = [32, 128, 512, 1024]
/** A transfer this long has said enough; a larger one follows a shorter. */
const ENOUGH_MS = 1_200
const TRANSFER_WITHIN_MS = 8_000
/** Fewer say nothing about losses. */
const ENOUGH_PACKETS = 20

const none = (): CheckResult => ({ server: null, socket: null, udp: null, tcp: null, down: null, up: null })

export class LineCheck {
  readonly state: CheckState = reactive({ running: null, progress: 0, result: none() })
  private run = 0

  constructor(private readonly options: LineCheckOptions) {}

  /** From the start; a check that is still under way is forgotten. */
  async start(): Promise<void> {
    const run = ++this.run
    const { state } = this
    state.result = none()
    state.progress = 0
    let done = 0
    for (const part of PARTS) {
      if (run !== this.run) return
      state.running = part
      const found = await this.part(part, state.result)
      if (run !== this.run) return
      Object.assign(state.result, { [part]: found })
      state.progress = done += SHARE[part]
      // Whoever cannot reach the server at all learns nothing from the rest.
      if (part === 'server' && !state.result.server?.ok) break
    }
    state.running = null
    state.progress = 100
  }

  stop(): void {
    this.run += 1
    this.state.running = null
  }

  private part(part: Part, known: CheckResult): Promise<unknown> {
    switch (part) {
      case 'server':
        return this.reach()
      case 'socket':
        return this.socket()
      case 'udp':
      case 'tcp':
        return this.path(part)
      case 'down':
        return this.download()
      case 'up':
        return this.upload(known.server?.roundTripMs ?? 0)
    }
  }

  private async reach(): Promise<CheckResult['server']> {
    let best: number | null = null
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const began = this.now()
      try {
        await within(ANSWER_WITHIN_MS, this.fetch('/healthz', { cache: 'no-store' }))
      } catch {
        break
      }
      // The first one also opens the connection.
      best = Math.min(best ?? Infinity, this.now() - began)
    }
    return { ok: best !== null, roundTripMs: best }
  }

  private socket(): Promise<CheckResult['socket']> {
    return new Promise((resolve) => {
      const url = this.options.origin.replace(/^http/, 'ws') + SOCKET_PATH
      let socket: WebSocket
      const over = (ok: boolean) => {
        clearTimeout(timer)
        socket.onopen = socket.onerror = socket.onclose = null
        socket.close()
        resolve({ ok })
      }
      const timer = setTimeout(() => over(false), SOCKET_WITHIN_MS)
      socket = this.options.openSocket?.(url) ?? new WebSocket(url)
      socket.onopen = () => over(true)
      socket.onerror = socket.onclose = () => over(false)
    })
  }

  /** One way alone: the candidates of the other are left out of the answer. */
  private async path(way: Way): Promise<PathResult> {
    const result: PathResult = {
      state: 'unknown', places: [], ports: [], connectMs: null, roundTripMs: null, lossPercent: null, jitterMs: null, kbps: null, limited: false,
    }
    let peer: RTCPeerConnection | null = null
    let id: string | null = null
    try {
      peer = this.options.createPeer?.() ?? new RTCPeerConnection({ bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' })
      peer.addTransceiver('audio', { direction: 'recvonly' })
      peer.addTransceiver('video', { direction: 'recvonly' })
      const offer = await peer.createOffer()
      await peer.setLocalDescription(offer)
      const answer = await within(ANSWER_WITHIN_MS, this.options.open(offer.sdp ?? ''))
      id = answer.id
      const places = candidates(answer.sdp).filter((one) => one.way === way)
      result.places = unique(places.map((one) => (one.address.includes(':') ? `[${one.address}]:${one.port}` : `${one.address}:${one.port}`)))
      result.ports = unique(places.map((one) => one.port))
      if (places.length === 0) return { ...result, state: 'not_offered' }
      const began = this.now()
      const connected = connects(peer, CONNECT_WITHIN_MS[way])
      await peer.setRemoteDescription({ type: 'answer', sdp: onlyWay(answer.sdp, way) })
      result.state = (await connected) ? 'works' : 'blocked'
      if (result.state === 'works') {
        result.connectMs = this.now() - began
        const seen = await this.fill(id, SHARE[way])
        Object.assign(result, figures(await peer.getStats()))
        if (seen) Object.assign(result, measured(seen, result))
      }
    } catch {
      // What cannot be asked is unknown, never blocked.
    } finally {
      peer?.close()
      if (id !== null) void this.options.end(id).catch(() => undefined)
    }
    return result
  }

  /** Waits while the server fills the line with test packets; the bar goes on by `share`. */
  private async fill(id: string, share: number): Promise<LineCheckState | null> {
    const { run } = this
    const from = this.state.progress
    const began = this.now()
    let seen: LineCheckState | null = null
    for (;;) {
      await pause(ASK_EVERY_MS)
      const passed = this.now() - began
      if (run !== this.run || passed >= MEASURED_WITHIN_MS) return seen
      this.state.progress = from + share * (passed / MEASURED_WITHIN_MS)
      seen = await within(ANSWER_WITHIN_MS, this.options.read(id)).catch(() => seen)
      if (seen?.over || (!seen?.begun && passed >= LOOK_FOR_MS)) return seen?.begun ? seen : null
    }
  }

  private async download(): Promise<CheckResult['down']> {
    let best = 0
    for (const kb of DOWN_KB) {
      const { bytes, ms } = await this.receive(kb)
      if (bytes > 0) best = Math.max(best, (bytes * 8) / ms)
      if (ms > ENOUGH_MS || bytes === 0) break
    }
    return { ok: best > 0, kbps: best }
  }

  private async receive(kb: number): Promise<{ bytes: number; ms: number }> {
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), TRANSFER_WITHIN_MS)
    let bytes = 0
    let began = this.now()
    try {
      const response = await this.fetch(`${BYTES_PATH}?kb=${kb}`, { cache: 'no-store', signal: abort.signal })
      if (!response.ok || !response.body) return { bytes: 0, ms: 1 }
      began = this.now()
      const reader = response.body.getReader()
      for (;;) {
        const { done, value } = await reader.read()
        if (done) break
        bytes += value.byteLength
      }
    } catch {
      // Out of time or broken: what came so far counts.
    } finally {
      clearTimeout(timer)
    }
    return { bytes, ms: Math.max(1, this.now() - began) }
  }

  private async upload(roundTripMs: number): Promise<CheckResult['up']> {
    let best = 0
    for (const kb of UP_KB) {
      const ms = await this.send(kb, roundTripMs)
      if (ms === null) break
      best = Math.max(best, (kb * 1024 * 8) / ms)
      if (ms > ENOUGH_MS) break
    }
    return { ok: best > 0, kbps: best }
  }

  private async send(kb: number, roundTripMs: number): Promise<number | null> {
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), TRANSFER_WITHIN_MS)
    const began = this.now()
    try {
      const response = await this.fetch(BYTES_PATH, { method: 'POST', body: noise(kb * 1024), headers: { 'content-type': 'application/octet-stream' }, signal: abort.signal })
      return response.ok ? Math.max(1, this.now() - began - roundTripMs) : null
    } catch {
      return null
    } finally {
      clearTimeout(timer)
    }
  }

  private fetch(path: string, init: RequestInit): Promise<Response> {
    return (this.options.fetch ?? fetch)(this.options.origin + path, init)
  }

  private now(): number {
    return this.options.now?.() ?? performance.now()
  }
}

/** The picture that a way has room for, or only sound, or not even that. */
export type Grade = 'high' | 'mid' | 'low' | 'sound' | 'poor'

export const GRADES: readonly Grade[] = ['poor', 'sound', 'low', 'mid', 'high']

/** The usual layers of a camera, with sound and the margin that the server wants before it lets a larger one flow. */
const NEEDS_KBPS: Record<Grade, number> = { high: 1_800, mid: 620, low: 220, sound: 70, poor: 0 }
/** Repairs make up for less. */
const LOSS_FOR_SOUND = 15
const LOSS_FOR_NOTHING = 30

/** `null` where nothing was measured. */
export function gradeOf(path: PathResult, down: CheckResult['down']): Grade | null {
  if (path.state !== 'works') return null
  const kbps = path.kbps ?? (down?.ok ? down.kbps : null)
  const loss = path.lossPercent ?? 0
  if (loss > LOSS_FOR_NOTHING) return 'poor'
  if (kbps === null) return loss > LOSS_FOR_SOUND ? 'sound' : null
  const fits = [...GRADES].reverse().find((grade) => kbps >= NEEDS_KBPS[grade]) ?? 'poor'
  return loss > LOSS_FOR_SOUND && fits !== 'poor' ? 'sound' : fits
}

/** The way that media takes in a lesson: UDP where it is open. */
export function wayTaken({ udp, tcp }: CheckResult): PathResult | null {
  return udp?.state === 'works' ? udp : tcp?.state === 'works' ? tcp : null
}

export type Verdict =
  /** May host a lesson. */
  | 'teach'
  /** Sees and hears; too little goes up for hosting. */
  | 'watch'
  /** Hears, and sees a small picture. */
  | 'small'
  | 'listen'
  /** Not even sound gets through whole. */
  | 'poor'
  /** Neither way for media is open. */
  | 'blocked'
  | 'no_socket'
  | 'no_server'
  /** The server gave no test; nothing can be said. */
  | 'unknown'

/** Camera in the middle layer, slides and voice. */
const TEACH_UP_KBPS = 700

export function judge(result: CheckResult): Verdict {
  const { server, socket, udp, tcp, down, up } = result
  if (!server?.ok) return 'no_server'
  if (!socket?.ok) return 'no_socket'
  const path = wayTaken(result)
  if (!path) return udp?.state === 'unknown' && tcp?.state === 'unknown' ? 'unknown' : 'blocked'
  const grade = gradeOf(path, down)
  if (grade === 'poor') return 'poor'
  if (grade === 'sound') return 'listen'
  if (grade === 'low') return 'small'
  return up?.ok && up.kbps < TEACH_UP_KBPS ? 'watch' : 'teach'
}

export interface Candidate {
  way: Way
  address: string
  port: number
}

export function candidates(sdp: string): Candidate[] {
  return sdp.split(/\r?\n/).flatMap((line) => {
    const found = /^a=candidate:\S+ \d+ (udp|tcp) \d+ (\S+) (\d+) typ/i.exec(line)
    return found ? [{ way: String(found[1]).toLowerCase() as Way, address: String(found[2]), port: Number(found[3]) }] : []
  })
}

export function onlyWay(sdp: string, way: Way): string {
  return sdp
    .split('\r\n')
    .filter((line) => !line.startsWith('a=candidate:') || candidates(line)[0]?.way === way)
    .join('\r\n')
}

function measured(seen: LineCheckState, known: PathResult): Partial<PathResult> {
  return {
    kbps: seen.estimate_kbps,
    limited: seen.limited,
    jitterMs: seen.jitter_ms,
    roundTripMs: seen.round_trip_ms ?? known.roundTripMs,
    lossPercent: seen.loss_percent ?? known.lossPercent,
  }
}

/** Round trip and losses from the statistics of a Peer that receives nothing but answers and padding. */
export function figures(report: { forEach(visit: (entry: Record<string, unknown>) => void): void }): Pick<PathResult, 'roundTripMs' | 'lossPercent'> {
  let trip: number | null = null
  let asked = 0
  let answered = 0
  let received = 0
  let lost = 0
  report.forEach((entry) => {
    if (entry.type === 'inbound-rtp') {
      received += Number(entry.packetsReceived ?? 0)
      lost += Math.max(0, Number(entry.packetsLost ?? 0))
    }
    if (entry.type === 'candidate-pair' && entry.state === 'succeeded') {
      const answers = Number(entry.responsesReceived ?? 0)
      // The newest question may still be on its way.
      asked += Math.max(answers, Number(entry.requestsSent ?? 0) - 1)
      answered += answers
      // The mean; the last one alone may be an odd one.
      if (answers > 0 && typeof entry.totalRoundTripTime === 'number') trip = (entry.totalRoundTripTime / answers) * 1000
      else if (typeof entry.currentRoundTripTime === 'number') trip ??= entry.currentRoundTripTime * 1000
    }
  })
  if (received + lost < ENOUGH_PACKETS) {
    received = answered
    lost = asked - answered
  }
  return { roundTripMs: trip, lossPercent: received + lost >= ENOUGH_PACKETS ? (lost / (received + lost)) * 100 : null }
}

function connects(peer: RTCPeerConnection, within: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), within)
    peer.onconnectionstatechange = () => {
      if (peer.connectionState !== 'connected' && peer.connectionState !== 'failed') return
      clearTimeout(timer)
      resolve(peer.connectionState === 'connected')
    }
  })
}

/** Bytes that no proxy can press together. */
function noise(bytes: number): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(bytes)
  for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(block.subarray(at, Math.min(bytes, at + 65_536)))
  return block
}

function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('took too long')), ms)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const unique = <T>(all: T[]): T[] => Array.from(new Set(all))
