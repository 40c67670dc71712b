/** How long a page has been on its way: a weak line fetches its part of the program for seconds, and a lost one never. */
import { ref } from 'vue'

/** A bar says so from here on: before it, a page that comes at once would only flicker. */
const SEEN_AFTER_MS = 400
/** From here on the page offers to be loaded again. */
const LONG_AFTER_MS = 12_000

export type PageWait = 'no' | 'short' | 'seen' | 'long'

export class PageWatch {
  readonly state = ref<PageWait>('no')
  private timers: ReturnType<typeof setTimeout>[] = []

  begin(): void {
    this.end()
    this.state.value = 'short'
    this.timers = [
      setTimeout(() => (this.state.value = 'seen'), SEEN_AFTER_MS),
      setTimeout(() => (this.state.value = 'long'), LONG_AFTER_MS),
    ]
  }

  end(): void {
    this.timers.forEach(clearTimeout)
    this.timers = []
    this.state.value = 'no'
  }
}
