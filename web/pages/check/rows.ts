/** The result of a check as rows with a mark, one sentence, and a text to hand on. Pure. */
import { check as words } from '@/locale/zh-CN/check'
import { PARTS, judge } from '@/session/line-check'
import type { CheckResult, CheckState, Part, PathResult } from '@/session/line-check'
import type { DeviceStatus } from '@/session/devices'

export type Mark = 'ok' | 'warn' | 'bad' | 'run' | 'wait' | 'skip'

export interface Row {
  id: string
  name: string
  mark: Mark
  value: string
  /** Addresses, for whoever opens ports. */
  detail: string
}

export interface DeviceResult {
  microphone: DeviceStatus
  microphoneName: string
  /** Something was heard since it was opened. */
  heard: boolean
  camera: DeviceStatus
  cameraName: string
  speaker: 'unknown' | 'heard' | 'silent'
}

const MUCH_LOSS = 3
const LONG_TRIP_MS = 350
const LITTLE_DOWN_KBPS = 1_500
const LITTLE_UP_KBPS = 700

export function lineRows(state: CheckState): Row[] {
  return PARTS.map((part) => {
    const found = rowOf(part, state.result)
    const base = { id: part, name: words.parts[part] }
    if (found) return { ...base, ...found }
    if (state.running === part) return { ...base, mark: 'run', value: words.state.run, detail: '' }
    const over = state.progress === 100
    return { ...base, mark: over ? 'skip' : 'wait', value: over ? words.state.skip : words.state.wait, detail: '' }
  })
}

function rowOf(part: Part, { server, socket, udp, tcp, down, up }: CheckResult): Pick<Row, 'mark' | 'value' | 'detail'> | null {
  switch (part) {
    case 'server':
      return server && { mark: server.ok ? 'ok' : 'bad', value: server.roundTripMs === null ? words.blocked : joined(words.through, words.roundTrip(server.roundTripMs)), detail: '' }
    case 'socket':
      return socket && { mark: socket.ok ? 'ok' : 'bad', value: socket.ok ? words.through : words.blocked, detail: '' }
    case 'udp':
      return udp && pathRow(udp)
    case 'tcp':
      return tcp && pathRow(tcp)
    case 'down':
      return down && bandwidth(down, LITTLE_DOWN_KBPS)
    case 'up':
      return up && bandwidth(up, LITTLE_UP_KBPS)
  }
}

function pathRow(path: PathResult): Pick<Row, 'mark' | 'value' | 'detail'> {
  const detail = path.places.join('、')
  if (path.state === 'blocked') return { mark: 'bad', value: words.blocked, detail }
  if (path.state === 'not_offered') return { mark: 'skip', value: words.notOffered, detail }
  if (path.state === 'unknown') return { mark: 'skip', value: words.unknown, detail }
  const weak = (path.lossPercent ?? 0) >= MUCH_LOSS || (path.roundTripMs ?? 0) >= LONG_TRIP_MS
  return {
    mark: weak ? 'warn' : 'ok',
    value: joined(
      words.through,
      path.roundTripMs === null ? '' : words.roundTrip(path.roundTripMs),
      path.lossPercent === null ? '' : words.loss(path.lossPercent),
      path.connectMs === null ? '' : words.connected(path.connectMs),
    ),
    detail,
  }
}

const bandwidth = ({ ok, kbps }: { ok: boolean; kbps: number }, little: number): Pick<Row, 'mark' | 'value' | 'detail'> =>
  ok ? { mark: kbps < little ? 'warn' : 'ok', value: words.kbps(kbps), detail: '' } : { mark: 'skip', value: words.noBytes, detail: '' }

export function deviceRows(devices: DeviceResult, trouble: { microphone: string; camera: string }): Row[] {
  const of = (id: 'microphone' | 'camera', status: DeviceStatus, name: string, problem: string): Row => ({
    id,
    name: words[id],
    mark: status === 'on' ? 'ok' : status === 'off' ? 'wait' : status === 'asking' ? 'run' : 'bad',
    value: status === 'on' ? words.deviceOk(name) : status === 'asking' ? words.asking : problem || words.state.wait,
    detail: '',
  })
  const microphone = of('microphone', devices.microphone, devices.microphoneName, trouble.microphone)
  if (devices.microphone === 'on') microphone.detail = devices.heard ? words.heard : words.speak
  const speaker: Row = {
    id: 'speaker',
    name: words.speaker,
    mark: devices.speaker === 'heard' ? 'ok' : devices.speaker === 'silent' ? 'bad' : 'wait',
    value: devices.speaker === 'heard' ? words.speakerOk : devices.speaker === 'silent' ? words.speakerBad : words.state.wait,
    detail: '',
  }
  return [microphone, of('camera', devices.camera, devices.cameraName, trouble.camera), speaker]
}

/** One sentence for the teacher, and what it means. */
export function sentence(result: CheckResult): { mark: 'ok' | 'warn' | 'bad'; title: string; text: string } {
  const verdict = judge(result)
  if (verdict === 'blocked') return { mark: 'bad', ...words.verdict.blocked(portsToOpen(result)) }
  const said = words.verdict.plain[verdict]
  if (verdict === 'no_server' || verdict === 'no_socket') return { mark: 'bad', ...said }
  if (verdict !== 'teach') return { mark: 'warn', ...said }
  const { udp, tcp } = result
  if (udp?.state === 'works' || tcp?.state !== 'works' || !udp?.ports.length) return { mark: 'ok', ...said }
  return { mark: 'ok', title: said.title, text: `${words.verdict.overTcp}${words.verdict.udpPort(udp.ports.join('、'))}。` }
}

function portsToOpen({ udp, tcp }: CheckResult): string {
  const ways = [
    udp?.ports.length ? words.verdict.udpPort(udp.ports.join('、')) : '',
    tcp?.ports.length ? words.verdict.tcpPort(tcp.ports.join('、')) : '',
  ]
  return ways.filter(Boolean).join(words.verdict.or)
}

export function reportText(about: { at: string; address: string; browser: string }, result: CheckResult, rows: readonly Row[]): string {
  const marks: Record<Mark, string> = { ok: '✓', warn: '!', bad: '✗', run: '…', wait: '…', skip: '…' }
  const { title, text } = sentence(result)
  return [
    words.report.head,
    words.report.at(about.at),
    words.report.verdict(title),
    text,
    '',
    ...rows.map((row) => `${marks[row.mark]} ${words.report.line(row.name, joined(row.value, row.detail))}`),
    '',
    words.report.address(about.address),
    words.report.browser(about.browser),
  ].join('\n')
}

const joined = (...parts: string[]) => parts.filter(Boolean).join('，')
