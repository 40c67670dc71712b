/**
 * One video element that plays the plain stream of a live Session, a few seconds late: by hls.js where there is Media Source, by the
 * browser itself otherwise. Whatever goes wrong it mends by itself, as nobody here could do more than load the page again.
 */
import { onBeforeUnmount, onMounted, reactive, watch, type Ref } from 'vue'
import type Hls from 'hls.js'
import type { ErrorData, HlsConfig, LoadPolicy } from 'hls.js'
import { NativePieces } from './native-pieces'
import { REPORT_EVERY_MS } from '@/session/live-room'
import type { LineMode } from '@/protocol/signaling'
import type { LiveRoom } from '@/session/live-room'
import { useVideoListeners } from '@/ui/video-listeners'

/** Three pieces of two seconds behind the newest: one that is being written, one on its way, one to spare. */
const BEHIND_S = 6
/** Further behind, it jumps; until then it catches up by playing a little faster, which nobody hears. */
const FURTHEST_BEHIND_S = 20
const CATCH_UP_RATE = 1.08
/** As long as a hiccup may be before the page says so. */
const STALL_MS = 800
/** A picture that stood still for so long is opened anew. The first one waits for a stream that only begins. */
const STUCK_MS = 10_000
const STUCK_FIRST_MS = 25_000
const TICK_MS = 1_000
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 15_000
/** A second error of the same kind within this is not cured by the same remedy. */
const SAME_TROUBLE_MS = 10_000

/** The address was refused: it expired, or it is for something else. */
const REFUSED = [403, 410]
/** 404 and 503 while the stream begins; a piece that has left the playlist does not come back, though. */
const patient = (load: number, gone: readonly number[] = []): LoadPolicy => ({
  default: {
    maxTimeToFirstByteMs: 15_000,
    maxLoadTimeMs: load,
    timeoutRetry: { maxNumRetry: 4, retryDelayMs: 0, maxRetryDelayMs: 0 },
    errorRetry: {
      maxNumRetry: 10, retryDelayMs: 1_000, maxRetryDelayMs: 3_000,
      shouldRetry: (retry, count, _late, answer) => count < (retry?.maxNumRetry ?? 0) && !gone.includes(answer?.code ?? 0),
    },
  },
})

export interface CrowdPicture {
  /** Something is seen and heard. */
  playing: boolean
  /** It stands still, or has not begun. */
  waiting: boolean
  height: number
  /** This browser can play it in no way. */
  unsupported: boolean
}

interface Options {
  sound: Ref<boolean>
  mode: Ref<LineMode>
  /** The browser lets no sound start without a tap. */
  onBlocked(): void
}

export function useCrowdPlayer(video: Ref<HTMLVideoElement | null>, live: LiveRoom, options: Options) {
  const state: CrowdPicture = reactive({ playing: false, waiting: true, height: 0, unsupported: false })
  let hls: Hls | null = null
  let native: NativePieces | null = null
  let opening = 0
  let blocked = false
  let pause = FIRST_PAUSE_MS
  let again: ReturnType<typeof setTimeout> | undefined
  let stall: ReturnType<typeof setTimeout> | undefined
  let advanced = { position: 0, at: Date.now(), ever: false }
  let stalledAt: number | null = null
  let seen = { freezes: 0, freezeMs: 0, frames: 0, at: Date.now() }
  let mediaTroubleAt = -Infinity
  let networkTroubleAt = -Infinity

  /** Everything lies in one folder, whose name changes with each address: whatever is asked for is asked of the newest. */
  const address = (file: string) => {
    const master = new URL(live.state.crowd?.url ?? '', location.href)
    return new URL(file.slice(file.lastIndexOf('/') + 1), master).href
  }
  /** hls.js leaves out what has no picture where something else has, so that the sound alone is asked for by its own name. */
  const playlist = () => address(options.mode.value === 'sound_only' ? 'sound.m3u8' : (live.state.crowd?.url ?? ''))

  async function open(): Promise<void> {
    const one = video.value
    if (!one || !live.state.crowd) return
    const turn = ++opening
    release()
    advanced = { position: one.currentTime, at: Date.now(), ever: false }
    state.playing = false
    if (typeof MediaSource !== 'undefined' || 'ManagedMediaSource' in self) {
      const library = await import('hls.js').catch(() => null)
      if (turn !== opening) return
      if (!library) return openLater()
      if (library.default.isSupported()) return viaLibrary(one, library)
    }
    if (one.canPlayType('application/vnd.apple.mpegurl') === '') {
      state.unsupported = true
      return
    }
    native = new NativePieces()
    one.src = playlist()
    start()
  }

  function viaLibrary(one: HTMLVideoElement, { default: Player, Events, ErrorTypes }: typeof import('hls.js')): void {
    const config: Partial<HlsConfig> = {
      // Fragmented MP4 is passed on as it is: nothing for a worker to do.
      enableWorker: false,
      liveSyncDuration: BEHIND_S, liveMaxLatencyDuration: FURTHEST_BEHIND_S, maxLiveSyncPlaybackRate: CATCH_UP_RATE, liveDurationInfinity: true,
      maxBufferLength: 2 * BEHIND_S, backBufferLength: BEHIND_S, capLevelToPlayerSize: true,
      manifestLoadPolicy: patient(20_000), playlistLoadPolicy: patient(20_000), fragLoadPolicy: patient(30_000, [404]),
      xhrSetup: (request, url) => request.open('GET', address(url), true),
    }
    const made = new Player(config)
    hls = made
    made.on(Events.MANIFEST_PARSED, () => {
      capped()
      start()
    })
    made.on(Events.FRAG_LOADED, (_event, { payload }) => live.streamLoaded(payload))
    made.on(Events.ERROR, (_event, trouble: ErrorData) => {
      if (REFUSED.includes(trouble.response?.code ?? 0)) live.streamRefused()
      if (!trouble.fatal) return
      const now = Date.now()
      if (trouble.type === ErrorTypes.MEDIA_ERROR && now - mediaTroubleAt > SAME_TROUBLE_MS) {
        mediaTroubleAt = now
        made.recoverMediaError()
      } else if (trouble.type === ErrorTypes.NETWORK_ERROR && made.levels.length > 0 && now - networkTroubleAt > SAME_TROUBLE_MS) {
        networkTroubleAt = now
        made.startLoad(-1)
      } else {
        openLater()
      }
    })
    made.loadSource(playlist())
    made.attachMedia(one)
  }

  function openLater(): void {
    clearTimeout(again)
    again = setTimeout(() => void open(), pause)
    pause = Math.min(LONGEST_PAUSE_MS, pause * 2)
  }

  function release(): void {
    clearTimeout(again)
    hls?.destroy()
    hls = null
    native = null
    const one = video.value
    if (one?.getAttribute('src')) {
      one.removeAttribute('src')
      one.load()
    }
  }

  function capped(): void {
    const smallest = options.mode.value === 'saving' || document.visibilityState === 'hidden'
    if (!hls) return
    // The library looks at the size of the picture every second, and would undo what is said here.
    hls.capLevelToPlayerSize = !smallest
    if (smallest) hls.autoLevelCapping = 0
  }

  /** With sound if the browser lets it; otherwise mute until a tap. */
  function start(): void {
    const one = video.value
    if (!one) return
    one.muted = blocked || !options.sound.value
    one.play().catch((error: DOMException) => {
      if (error.name !== 'NotAllowedError' || blocked) return
      blocked = true
      options.onBlocked()
      start()
    })
  }

  /** In a tap of the person's. */
  function unblock(): void {
    blocked = false
    start()
  }

  function moved(): void {
    const one = video.value
    if (!one || Math.abs(one.currentTime - advanced.position) < 0.1) return
    advanced = { position: one.currentTime, at: Date.now(), ever: true }
  }

  function tick(): void {
    const one = video.value
    if (!one || !live.state.crowd || state.unsupported) return
    moved()
    report(one)
    // The system may have paused it while the page was hidden, and there is no button here to play it again.
    if (one.paused && advanced.ever && document.visibilityState === 'visible' && !document.pictureInPictureElement) start()
    if (one.paused && advanced.ever) return
    const still = Date.now() - advanced.at
    if (advanced.ever && still < TICK_MS * 2) pause = FIRST_PAUSE_MS
    if (still > (advanced.ever ? STUCK_MS : STUCK_FIRST_MS) && live.state.line.at === 'open') {
      advanced.at = Date.now()
      openLater()
    }
    // What nobody has seen yet proves nothing.
    const known = advanced.ever ? native : null
    if (known && still < TICK_MS * 2) {
      void known.newest(playlist()).then((bytes) => bytes && known === native && live.streamLoaded(bytes), () => undefined)
    }
  }

  function stalled(): void {
    if (stalledAt === null) return
    seen.freezes += 1
    seen.freezeMs += Date.now() - stalledAt
    stalledAt = null
  }

  function report(one: HTMLVideoElement): void {
    const now = Date.now()
    if (now - seen.at < REPORT_EVERY_MS) return
    const frames = one.getVideoPlaybackQuality?.().totalVideoFrames ?? 0
    const decoded = frames >= seen.frames ? frames - seen.frames : 0
    live.reportStream({ freezes: seen.freezes, freeze_ms: seen.freezeMs, concealed_permille: 0, decoded_fps: Math.round((decoded * 1000) / (now - seen.at)) })
    seen = { freezes: 0, freezeMs: 0, frames, at: now }
  }

  const listen: Record<string, (one: HTMLVideoElement) => void> = {
    playing: () => {
      clearTimeout(stall)
      stalled()
      state.playing = true
      state.waiting = false
    },
    waiting: () => {
      clearTimeout(stall)
      // What was never seen to play does not stand still.
      if (advanced.ever) stalledAt ??= Date.now()
      stall = setTimeout(() => (state.waiting = true), STALL_MS)
    },
    timeupdate: moved,
    resize: (one) => (state.height = one.videoHeight),
    loadedmetadata: (one) => (state.height = one.videoHeight),
    error: (one) => {
      if (!native || !one.error) return
      // It says nothing of the reason; an address that expired is the likeliest.
      live.streamRefused()
      openLater()
    },
  }
  useVideoListeners(video, listen, () => void open())
  watch(() => live.state.crowd?.stream, () => void open(), { flush: 'post' })
  // The library asks at the new address by itself; a browser that plays by itself has to be told.
  watch(() => live.state.crowd?.url, () => native && void open(), { flush: 'post' })
  watch(options.sound, () => video.value && (video.value.muted = blocked || !options.sound.value))
  watch(options.mode, (mode, before) => {
    if (mode === 'sound_only' || before === 'sound_only') void open()
    else capped()
  })
  const timer = setInterval(tick, TICK_MS)
  onMounted(() => document.addEventListener('visibilitychange', capped))
  onBeforeUnmount(() => {
    document.removeEventListener('visibilitychange', capped)
    clearInterval(timer)
    clearTimeout(stall)
    opening += 1
    release()
  })
  return { state, unblock }
}
