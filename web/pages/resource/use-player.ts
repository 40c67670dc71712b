/**
 * One video element and where its picture comes from: hls.js where there is Media Source, the browser's own HLS in Safari, and the MP4
 * when neither works. What is wrong is told in four ways; an expired address is asked for again by whoever owns the page.
 */
import { onBeforeUnmount, reactive, shallowRef, watch, type Ref } from 'vue'
import type Hls from 'hls.js'
import { ReplayLinks } from '@/session/replay-links'
import { useVideoListeners } from '@/ui/video-listeners'

export interface Addresses { hls_url: string | null; mp4_url: string | null }
export type Failure = 'unreachable' | 'forbidden' | 'broken' | 'notReady'
export interface Quality { index: number; height: number }

interface Hooks {
  /** Playing, so much further, or not playing any more: for the meter. */
  started(position: number): void
  moved(position: number): void
  stopped(position: number): void
  sought(position: number): void
  sped(position: number, speed: number): void
  /** The address has expired: fetches fresh ones and says whether there are any; the player goes on with them by itself. */
  renew(): Promise<boolean>
}

type SafariVideo = HTMLVideoElement & { webkitSetPresentationMode?: unknown; webkitEnterFullscreen?: () => void }

const HLS_TYPE = 'application/vnd.apple.mpegurl'
/** As long as a stalled line may be before the player says so. */
const STALL_MS = 800

export function usePlayer(video: Ref<SafariVideo | undefined>, addresses: Ref<Addresses>, hooks: Hooks) {
  const state = reactive({
    ready: false, playing: false, waiting: false, over: false, position: 0, duration: 0, buffered: 0,
    speed: 1, volume: 1, muted: false, blocked: false, failure: null as Failure | null, qualities: [] as Quality[], quality: -1, now: -1, picture: true,
  })
  const library = shallowRef<Hls | null>(null)
  const links = new ReplayLinks()
  let attached: Addresses = { hls_url: null, mp4_url: null }
  let way: 'library' | 'native' | 'mp4' | null = null
  let mediaRepaired = false
  let wanted = { position: 0, play: false }
  let stall: ReturnType<typeof setTimeout> | undefined
  let again: ReturnType<typeof setTimeout> | undefined

  /** Begins at `position`; `play` tries to run at once, which browsers allow only after a click somewhere on the site. */
  async function open(position: number, play: boolean): Promise<void> {
    wanted = { position, play }
    state.position = position
    const one = video.value
    if (!one) return
    release()
    attached = { ...addresses.value }
    state.failure = null
    mediaRepaired = false
    const { hls_url, mp4_url } = attached
    if (!hls_url && !mp4_url) {
      state.failure = 'notReady'
    } else if (hls_url && ownHls(one)) {
      begin('native', hls_url)
    } else if (hls_url && typeof MediaSource !== 'undefined') {
      await viaLibrary(one, hls_url)
    } else if (mp4_url) {
      begin('mp4', mp4_url)
    } else {
      state.failure = 'broken'
    }
  }

  async function viaLibrary(one: HTMLVideoElement, url: string): Promise<void> {
    way = 'library'
    let module: typeof import('hls.js')
    try {
      module = await import('hls.js')
    } catch {
      return fallBack('unreachable')
    }
    if (way !== 'library' || attached.hls_url !== url) return
    const { default: Player, Events, ErrorTypes } = module
    if (!Player.isSupported()) return fallBack('broken')
    // The segments are fragmented MP4 already, so there is nothing for a worker to do.
    const hls = new Player({ enableWorker: false, startPosition: wanted.position / 1000, maxBufferLength: 30, backBufferLength: 60, capLevelToPlayerSize: true })
    library.value = hls
    hls.on(Events.MANIFEST_PARSED, (_event, told) => {
      state.qualities = told.levels.map((level, index) => ({ index, height: level.height || 0 })).sort((a, b) => b.height - a.height)
    })
    hls.on(Events.LEVEL_SWITCHED, (_event, told) => (state.now = told.level))
    hls.on(Events.ERROR, (_event, trouble) => {
      const status = trouble.response?.code ?? 0
      // Each try of an expired address would be refused alike, so the first one is enough.
      if (trouble.type === ErrorTypes.NETWORK_ERROR && [401, 403, 410].includes(status)) return refused(status)
      if (!trouble.fatal) return
      if (trouble.type === ErrorTypes.MEDIA_ERROR && !mediaRepaired) {
        mediaRepaired = true
        return hls.recoverMediaError()
      }
      if (trouble.type === ErrorTypes.NETWORK_ERROR) return refused(status)
      fallBack('broken')
    })
    hls.loadSource(url)
    hls.attachMedia(one)
  }

  function begin(as: 'native' | 'mp4', url: string) {
    way = as
    const one = video.value
    if (!one) return
    one.src = url
    one.load()
  }

  /** The library could do nothing with it: the plain file is the last way. */
  function fallBack(failure: Failure) {
    const { mp4_url } = attached
    remember()
    release()
    if (mp4_url && failure === 'broken') begin('mp4', mp4_url)
    else fail(failure)
  }

  function refused(status: number) {
    remember()
    const what = links.refused(status, performance.now())
    release()
    if (what !== 'renew') return fail(what)
    state.waiting = true
    void hooks.renew().then((fresh) => fresh || fail('unreachable'))
  }

  function fail(failure: Failure) {
    state.failure = failure
    state.waiting = false
    // The line comes back by itself: so does the picture.
    if (failure === 'unreachable') again = setTimeout(() => void open(wanted.position, wanted.play), 5_000)
  }

  function remember() {
    wanted = { position: state.position, play: state.playing || wanted.play }
  }

  function release() {
    clearTimeout(again)
    library.value?.destroy()
    library.value = null
    way = null
    state.ready = false
    state.qualities = []
    state.quality = -1
    const one = video.value
    if (one?.getAttribute('src')) {
      one.removeAttribute('src')
      one.load()
    }
  }

  async function play(): Promise<void> {
    const one = video.value
    if (!one) return
    state.blocked = false
    if (state.over) seek(0)
    try {
      await one.play()
    } catch (error) {
      // Told apart: not allowed without a click, or interrupted by what came next.
      if (error instanceof DOMException && error.name === 'NotAllowedError') state.blocked = true
    }
  }
  function pause() {
    wanted.play = false
    video.value?.pause()
  }
  const toggle = () => (state.playing ? pause() : void play())

  function seek(ms: number) {
    const to = Math.max(0, Math.min(ms, state.duration > 0 ? state.duration : ms))
    state.position = to
    state.over = false
    wanted.position = to
    if (video.value && state.ready) video.value.currentTime = to / 1000
  }
  const step = (ms: number) => seek(state.position + ms)

  function setSpeed(speed: number) {
    // The video says so a moment later; who presses twice means two steps.
    state.speed = speed
    if (video.value) video.value.playbackRate = speed
  }
  function setVolume(volume: number) {
    if (!video.value) return
    video.value.muted = volume <= 0
    video.value.volume = Math.max(0, Math.min(1, volume))
  }
  function setMuted(muted: boolean) {
    if (video.value) video.value.muted = muted
  }
  function setQuality(index: number) {
    state.quality = index
    if (library.value) library.value.nextLevel = index
  }

  const listen: Record<string, (one: SafariVideo) => void> = {
    loadedmetadata: (one) => {
      state.ready = true
      state.duration = Number.isFinite(one.duration) ? one.duration * 1000 : 0
      state.picture = one.videoWidth > 0
      one.playbackRate = state.speed
      if (Math.abs(one.currentTime * 1000 - wanted.position) > 500) one.currentTime = wanted.position / 1000
      if (wanted.play) void play()
    },
    durationchange: (one) => Number.isFinite(one.duration) && (state.duration = one.duration * 1000),
    resize: (one) => (state.picture = one.videoWidth > 0),
    playing: (one) => {
      clearTimeout(stall)
      Object.assign(state, { playing: true, waiting: false, over: false, blocked: false, failure: null })
      wanted.play = true
      hooks.started(one.currentTime * 1000)
    },
    timeupdate: (one) => {
      state.position = one.currentTime * 1000
      hooks.moved(state.position)
    },
    progress: (one) => {
      const ranges = one.buffered
      for (let n = 0; n < ranges.length; n += 1) if (ranges.start(n) <= one.currentTime + 0.5) state.buffered = ranges.end(n) * 1000
    },
    pause: (one) => {
      state.playing = false
      hooks.stopped(one.currentTime * 1000)
    },
    waiting: (one) => {
      hooks.stopped(one.currentTime * 1000)
      clearTimeout(stall)
      stall = setTimeout(() => (state.waiting = true), STALL_MS)
    },
    seeking: (one) => {
      state.position = one.currentTime * 1000
      hooks.sought(state.position)
    },
    seeked: (one) => {
      clearTimeout(stall)
      state.waiting = false
      if (!one.paused) hooks.started(one.currentTime * 1000)
    },
    ended: (one) => {
      state.playing = false
      state.over = true
      wanted.play = false
      hooks.stopped(one.currentTime * 1000)
    },
    ratechange: (one) => {
      state.speed = one.playbackRate
      hooks.sped(one.currentTime * 1000, one.playbackRate)
    },
    volumechange: (one) => Object.assign(state, { volume: one.volume, muted: one.muted }),
    error: (one) => {
      // With the library its own words count. A plain address says nothing of the status, so it is asked once.
      if ((way !== 'native' && way !== 'mp4') || !one.error) return
      void statusOf(way === 'native' ? attached.hls_url : attached.mp4_url).then((status) => {
        if (status < 200 || status >= 300) refused(status)
        else if (way === 'native') fallBack('broken')
        else fail('broken')
      })
    },
  }

  useVideoListeners(video, listen)
  // Fresh addresses: on with what was seen last.
  watch(addresses, (fresh) => {
    if (fresh.hls_url !== attached.hls_url || fresh.mp4_url !== attached.mp4_url) void open(wanted.position, wanted.play)
  })
  onBeforeUnmount(() => {
    clearTimeout(stall)
    release()
  })

  const retry = () => void open(state.position, true)
  return { state, open, play, pause, toggle, seek, step, setSpeed, setVolume, setMuted, setQuality, retry }
}

export type Player = ReturnType<typeof usePlayer>

/** Safari plays HLS itself, and better; only it has this property. Where there is no Media Source, the browser's own is all there is. */
function ownHls(one: SafariVideo): boolean {
  return one.canPlayType(HLS_TYPE) !== '' && ('webkitSetPresentationMode' in one || typeof MediaSource === 'undefined')
}

async function statusOf(url: string | null): Promise<number> {
  if (!url) return 404
  try {
    return (await fetch(url, { headers: { range: 'bytes=0-0' }, credentials: 'same-origin' })).status
  } catch {
    return 0
  }
}
