/** A line's numbers as words. Unknown is said as unknown, never as 0. */
import { live } from '@/locale/zh-CN/live'
import type { LineDetails, LineMode, LineStep, ParticipantId } from '@/protocol/signaling'
import type { LineSample } from '@/session/line-sample'
import type { Fact } from './LineFacts.vue'

const words = live.facts
/** From here on a person notices. */
const MUCH_LOSS = 3
const LONG_TRIP_MS = 350

/** What a host sees of somebody's line. */
export function factsOf(details: LineDetails, nameOf: (participant: ParticipantId) => string): Fact[] {
  // Ordinary requests carry it: there is no path to be measured.
  if (details.transport === 'hls') return [{ name: words.transport, value: words.transports.hls }, { name: live.crowd.behind, value: live.crowd.seconds }, freezes(details)]
  const facts: Fact[] = [
    { name: words.transport, value: words.transports[details.transport], look: details.transport === 'none' ? 'warn' : undefined },
    { name: words.estimate, value: details.estimate_kbps === null ? words.unknown : words.kbps(details.estimate_kbps) },
    { name: words.downTo, value: words.kbps(details.sent_kbps) },
    { name: words.upFrom, value: words.kbps(details.received_kbps) },
    loss(words.downLoss, details.loss_percent),
    loss(words.upLoss, details.uplink_loss_percent),
    trip(details.round_trip_ms),
    { name: words.step, value: words.steps[details.step], look: details.step === 'full' ? undefined : 'warn' },
  ]
  if (details.mode !== 'auto') facts.push({ name: words.mode, value: live.modes[details.mode] })
  const layers = details.layers.map((one) => `${nameOf(one.participant)}${words.sources[one.source]} ${one.layer ? words.layer[one.layer] : words.held}`)
  if (layers.length > 0) facts.push({ name: words.layers, value: layers.join('、') })
  facts.push(freezes(details))
  if (details.concealed_permille > 0) facts.push({ name: words.concealed, value: words.percent(details.concealed_permille / 10) })
  return facts
}

export interface OwnLine {
  transport: 'udp' | 'tcp' | 'hls' | null
  estimateKbps: number | null
  sample: LineSample | null
  step: LineStep
  mode: LineMode
}

/** What everybody sees of their own. */
export function ownFacts(line: OwnLine): Fact[] {
  const { sample } = line
  if (line.transport === 'hls') {
    return [
      { name: words.transport, value: words.transports.hls, look: 'warn' },
      { name: live.crowd.behind, value: live.crowd.seconds },
      { name: words.mode, value: live.modes[line.mode] },
    ]
  }
  return [
    { name: words.transport, value: line.transport === 'tcp' ? words.overTcp : words.transports[line.transport ?? 'none'], look: line.transport === 'udp' ? 'ok' : 'warn' },
    { name: words.estimate, value: line.estimateKbps === null ? words.unknown : words.kbps(line.estimateKbps) },
    { name: words.down, value: sample ? words.kbps(sample.receivedKbps) : words.unknown },
    { name: words.up, value: sample ? words.kbps(sample.sentKbps) : words.unknown },
    sample ? loss(words.loss, sample.lossRatio * 100) : { name: words.loss, value: words.unknown },
    trip(sample?.roundTrip == null ? null : sample.roundTrip * 1000),
    { name: words.step, value: words.steps[line.step], look: line.step === 'full' ? undefined : 'warn' },
    { name: words.mode, value: live.modes[line.mode] },
  ]
}

const freezes = (details: LineDetails): Fact => ({
  name: words.freezes,
  value: words.freezesOf(details.freezes, (details.freeze_ms / 1000).toFixed(1)),
  look: details.freezes > 0 ? 'warn' : undefined,
})
const loss = (name: string, percent: number): Fact => ({ name, value: words.percent(percent), look: percent >= MUCH_LOSS ? 'warn' : undefined })
const trip = (ms: number | null): Fact =>
  ms === null ? { name: words.roundTrip, value: words.unknown } : { name: words.roundTrip, value: words.ms(ms), look: ms >= LONG_TRIP_MS ? 'warn' : undefined }
