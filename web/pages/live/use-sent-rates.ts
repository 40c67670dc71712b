/** kbit/s of everything sent, by `source` or `source:layer`, from two readings one after the other. */
import { ref, watch } from 'vue'
import type { Ref } from 'vue'
import type { LiveRoom } from '@/session/live-room'
import type { MediaReading } from '@/session/media-stats'

export function useSentRates(live: LiveRoom): Ref<Map<string, number>> {
  const rates = ref(new Map<string, number>())
  watch(
    () => live.state.reading,
    (now, before) => (rates.value = ratesBetween(before, now)),
  )
  return rates
}

export function ratesBetween(before: MediaReading | null, now: MediaReading | null): Map<string, number> {
  const rates = new Map<string, number>()
  if (!before || !now) return rates
  const seconds = Math.max(0.001, (now.at - before.at) / 1000)
  for (const sent of now.sent) {
    const was = before.sent.find((one) => one.source === sent.source && one.layer === sent.layer)
    if (was) rates.set(sent.layer ? `${sent.source}:${sent.layer}` : sent.source, Math.max(0, ((sent.bytesSent - was.bytesSent) * 8) / seconds / 1000))
  }
  return rates
}
