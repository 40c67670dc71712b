/** The result of a check as rows with a mark, one sentence, and a text to hand on. Pure. */
import { check as words } from '@/locale/zh-CN/check'
import { GRADES, PARTS, gradeOf, judge, wayTaken } from '@/session/line-check'
import type { CheckResult, CheckState, Grade, Part, PathResult } from '@/session/line-check'
import type { DeviceStatus } from '@/session/devices'

export type Mark = 'ok' | 'warn' | 'bad' | 'run' | 'wait' | 'skip'

export interface Row {
  id: string
  name: string
  mark: Mark
  value: string
  /** What was measured. */
  figures: string
  /** Addresses, for whoever opens ports. */
  detail: string
  /** What to do about it, where it is not as it should be. */
  advice: string
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
const MUCH_JITTER_MS = 60
const LITTLE_DOWN_KBPS = 1_500
const LITTLE_UP_KBPS = 700

type Found = Omit<Row, 'id' | 'name'>

export function lineRows(state: CheckState): Row[] {
  return PARTS.map((part) => {
    const found = rowOf(part, state.result)
    const base = { id: part, name: words.parts[part] }
    if (found) return { ...base, ...found }
    if (state.running === part) return { ...base, ...plainly('run', words.state.run) }
    return { ...base, ...(state.progress === 100 ? plainly('skip', words.state.skip) : plainly('wait', words.state.wait)) }
  })
}

const plainly = (mark: Mark, value: string, advice = ''): Found => ({ mark, value, figures: '', detail: '', advice })

function rowOf(part: Part, result: CheckResult): Found | null {
  const { server, socket, udp, tcp, down, up } = result
  switch (part) {
    case 'server':
      if (!server) return null
      return server.ok ? { ...plainly('ok', words.through), figures: server.roundTripMs === null ? '' : words.roundTrip(server.roundTripMs) } : plainly('bad', words.blocked, words.advice.server)
    case 'socket':
      return socket && (socket.ok ? plainly('ok', words.through) : plainly('bad', words.blocked, words.advice.socket))
    case 'udp':
      return udp && pathRow(udp, down, blockedUdp(udp, tcp))
    case 'tcp':
      return tcp && pathRow(tcp, down, tcp.ports.length ? words.advice.tcp(words.verdict.tcpPort(tcp.ports.join('、'))) : '')
    case 'down':
      return down && bandwidth(down, LITTLE_DOWN_KBPS, words.advice.down)
    case 'up':
      return up && bandwidth(up, LITTLE_UP_KBPS, words.advice.up)
  }
}

function blockedUdp(udp: PathResult, tcp: PathResult | null): string {
  if (!udp.ports.length) return ''
  const ports = words.verdict.udpPort(udp.ports.join('、'))
  return tcp?.state === 'works' ? words.advice.udp(ports) : words.advice.udpAlone(ports)
}

function pathRow(path: PathResult, down: CheckResult['down'], open: string): Found {
  const detail = path.places.join('、')
  if (path.state === 'blocked') return { ...plainly('bad', words.blocked, open), detail }
  if (path.state === 'not_offered') return { ...plainly('skip', words.notOffered), detail }
  if (path.state === 'unknown') return { ...plainly('skip', words.unknown), detail }
  const grade = gradeOf(path, down)
  const advice = troubleOf(path, grade)
  return {
    mark: advice ? 'warn' : 'ok',
    value: joined(words.through, grade ? words.grades[grade] : ''),
    figures: joined(figuresOf(path), path.connectMs === null ? '' : words.connected(path.connectMs)),
    detail,
    advice,
  }
}

/** What to do about each thing that is not as it should be. */
function troubleOf({ kbps, lossPercent, roundTripMs, jitterMs }: PathResult, grade: Grade | null): string {
  const small = grade !== null && GRADES.indexOf(grade) < GRADES.indexOf('mid')
  const lossy = (lossPercent ?? 0) >= MUCH_LOSS
  const thin = small && (!lossy || (kbps !== null && kbps < LITTLE_DOWN_KBPS))
  const late = (roundTripMs ?? 0) >= LONG_TRIP_MS
  const unsteady = (jitterMs ?? 0) >= MUCH_JITTER_MS
  const { advice } = words
  return [thin && advice.thin, lossy && advice.loss, late && advice.trip, unsteady && !thin && advice.jitter].filter(Boolean).join('')
}

function figuresOf(path: PathResult): string {
  return joined(
    path.kbps === null ? '' : words.room(words.kbps(path.kbps), path.limited),
    path.roundTripMs === null ? '' : words.roundTrip(path.roundTripMs),
    path.jitterMs === null ? '' : words.jitter(path.jitterMs),
    path.lossPercent === null ? '' : words.loss(path.lossPercent),
  )
}

const bandwidth = ({ ok, kbps }: { ok: boolean; kbps: number }, little: number, advice: string): Found =>
  !ok ? plainly('skip', words.noBytes) : kbps < little ? plainly('warn', words.kbps(kbps), advice) : plainly('ok', words.kbps(kbps))

export function deviceRows(devices: DeviceResult, trouble: { microphone: string; camera: string }): Row[] {
  const of = (id: 'microphone' | 'camera', status: DeviceStatus, name: string, problem: string): Row => ({
    id,
    name: words[id],
    mark: status === 'on' ? 'ok' : status === 'off' ? 'wait' : status === 'asking' ? 'run' : 'bad',
    value: status === 'on' ? words.deviceOk(name) : status === 'asking' ? words.asking : problem || words.state.wait,
    figures: '',
    detail: '',
    advice: '',
  })
  const microphone = of('microphone', devices.microphone, devices.microphoneName, trouble.microphone)
  if (devices.microphone === 'on') microphone.detail = devices.heard ? words.heard : words.speak
  const speaker: Row = {
    id: 'speaker',
    name: words.speaker,
    mark: devices.speaker === 'heard' ? 'ok' : devices.speaker === 'silent' ? 'bad' : 'wait',
    value: devices.speaker === 'heard' ? words.speakerOk : devices.speaker === 'silent' ? words.speakerBad : words.state.wait,
    figures: '',
    detail: '',
    advice: '',
  }
  return [microphone, of('camera', devices.camera, devices.cameraName, trouble.camera), speaker]
}

export interface Sentence {
  mark: 'ok' | 'warn' | 'bad'
  title: string
  text: string
  figures: string
}

/** One sentence for the teacher, what it means, and by which figures. */
export function sentence(result: CheckResult): Sentence {
  const verdict = judge(result)
  if (verdict === 'blocked') return { mark: 'bad', ...words.verdict.blocked(portsToOpen(result)), figures: '' }
  const { title, text } = words.verdict.plain[verdict]
  if (verdict === 'no_server' || verdict === 'no_socket') return { mark: 'bad', title, text, figures: '' }
  const mark = verdict === 'teach' ? 'ok' : verdict === 'poor' ? 'bad' : 'warn'
  return { mark, title, text: text + ratherTcp(result), figures: measuredOf(result) }
}

/** A school whose UDP is closed, or worse than its TCP, can have it better. */
function ratherTcp({ udp, tcp, down }: CheckResult): string {
  if (tcp?.state !== 'works' || !udp) return ''
  if (udp.state === 'blocked') return udp.ports.length ? words.verdict.overTcp(words.verdict.udpPort(udp.ports.join('、'))) : ''
  const [by, instead] = [gradeOf(udp, down), gradeOf(tcp, down)]
  return by !== null && instead !== null && GRADES.indexOf(by) < GRADES.indexOf(instead) ? words.advice.udpHeld : ''
}

function measuredOf(result: CheckResult): string {
  const way = wayTaken(result)
  const grade = way && gradeOf(way, result.down)
  return way && grade && way.kbps !== null ? words.measured(words.grades[grade], figuresOf(way)) : ''
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
  const { title, text, figures } = sentence(result)
  return [
    words.report.head,
    words.report.at(about.at),
    words.report.verdict(title),
    text,
    ...(figures ? [figures] : []),
    '',
    ...rows.map((row) => `${marks[row.mark]} ${words.report.line(row.name, joined(row.value, row.figures, row.detail))}${row.advice && `。${row.advice}`}`),
    '',
    words.report.address(about.address),
    words.report.browser(about.browser),
  ].join('\n')
}

const joined = (...parts: string[]) => parts.filter(Boolean).join('，')
