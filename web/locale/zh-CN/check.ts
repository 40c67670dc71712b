/** 网络检查页的话：给老师看结论，给县里的技术员看端口和数字。 */
import type { Grade, Part, Verdict } from '@/session/line-check'

const parts: Record<Part, string> = {
  server: '网页服务',
  socket: '课堂消息（WebSocket）',
  udp: '音视频首选通道（UDP）',
  tcp: '音视频备用通道（TCP）',
  down: '下行带宽',
  up: '上行带宽',
}

const running: Record<Part, string> = {
  server: '正在连接服务器',
  socket: '正在试课堂消息',
  udp: '正在试 UDP 通道',
  tcp: '正在试 TCP 通道',
  down: '正在测下行带宽',
  up: '正在测上行带宽',
}

const grades: Record<Grade, string> = {
  high: '能看 720p',
  mid: '能看 360p',
  low: '只能看小画面',
  sound: '只能听',
  poor: '声音会断续',
}

const plain: Record<Exclude<Verdict, 'blocked'>, { title: string; text: string }> = {
  teach: { title: '可以上课', text: '声音、画面和课件都能通过，主讲和听课都可以。' },
  watch: { title: '可以听课，主讲偏紧', text: '上行带宽偏小。主讲时请只开声音和课件，或换一条网络。' },
  small: { title: '可以听课，画面较小', text: '带宽只够小画面。请让同一网络里的下载和视频先停一停，再重新检查。' },
  listen: { title: '只能听', text: '声音能通过，画面过不来，课件会慢一些。请换成有线网络或换一条网络，再重新检查。' },
  poor: { title: '声音也会断续', text: '这条网络现在不能上课。请换成有线网络，或换一条网络，再重新检查。' },
  no_socket: { title: '无法连接：请联系网管放行 WebSocket', text: '网页能打开，但课堂消息被拦住了，多半是网关或代理不放行 WebSocket。' },
  no_server: { title: '无法连接：连不上服务器', text: '请先检查这台设备能不能上网，再重新检查。' },
  unknown: { title: '没有测成', text: '服务器暂时不能做这项检查。请一分钟后重新检查。' },
}

export const check = {
  title: '网络和设备检查',
  lead: '上课前花半分钟，看看这里的网络能不能上课。结果可以复制给网管。',
  link: '检查网络和设备',
  again: '重新检查', checking: '正在检查…',
  progress: (name: string) => `${name}…`,
  progressLabel: '检查进度',
  network: '网络', devices: '设备',
  parts, running,
  state: { ok: '正常', bad: '不通', warn: '偏弱', wait: '还没有检查', run: '正在检查', skip: '没有检查' },
  verdict: {
    plain,
    blocked: (ports: string) => ({ title: `无法连接：请联系网管开放${ports}`, text: '网页能打开，但音视频的两条通道都被拦住了。' }),
    udpPort: (ports: string) => ` UDP 端口 ${ports}`,
    tcpPort: (ports: string) => ` TCP 端口 ${ports}`,
    or: ' 或',
    overTcp: (port: string) => `这里的 UDP 不通，上课时会自动走 TCP，弱网时不如 UDP 稳。可以请网管开放${port}。`,
  },
  roundTrip: (ms: number) => `往返 ${Math.round(ms)} 毫秒`,
  grades,
  room: (kbps: string, limited: boolean) => (limited ? `下行约 ${kbps}` : `下行 ${kbps}以上`),
  jitter: (ms: number) => `抖动 ${Math.round(ms)} 毫秒`,
  /** 结论里的一句数字。 */
  measured: (grade: string, figures: string) => `实测${grade}：${figures}。`,
  advice: {
    server: '请先检查这台设备能不能上网。',
    socket: '请网管在网关或代理上放行 WebSocket。',
    udp: (ports: string) => `请网管开放${ports}。不开放也能上课，会自动走 TCP。`,
    udpAlone: (ports: string) => `请网管开放${ports}。`,
    tcp: (ports: string) => `请网管开放${ports}，UDP 不通时要靠它。`,
    udpHeld: '这里的 UDP 比 TCP 差，上课会走 UDP。请网管查一查是不是限了 UDP 的速度。',
    loss: '丢包偏多。请换成有线网络，或离无线路由器近一些。',
    trip: '往返偏慢。听课不受影响，发言和提问会晚一点到。',
    jitter: '网络时快时慢。请让同一网络里的下载和视频先停一停。',
    thin: '带宽偏小。请让同一网络里的下载和视频先停一停，或换一条网络。',
    down: '网页和资料会开得慢，不影响已经连上的课堂。',
    up: '主讲时请只开声音和课件，或换一条网络。',
  },
  loss: (percent: number) => `丢包 ${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`,
  connected: (ms: number) => `${(ms / 1000).toFixed(1)} 秒接通`,
  /** 更大的数字测不准，也用不上。 */
  kbps: (n: number) => (n >= 100_000 ? '100 兆比特/秒以上' : n >= 1000 ? `${(n / 1000).toFixed(1)} 兆比特/秒` : `${Math.round(n)} 千比特/秒`),
  through: '通', blocked: '不通', notOffered: '服务器没有开这条通道', unknown: '没有测成',
  noBytes: '没有测成',

  microphone: '麦克风', camera: '摄像头', speaker: '扬声器',
  openDevices: '检查麦克风和摄像头',
  asking: '请在浏览器弹出的窗口里点“允许”。',
  deviceOk: (name: string) => name || '正常',
  speak: '请说一句话，看绿格是否跳动。',
  heard: '能收到声音',
  play: '放一段声音', playing: '正在播放…',
  didYouHear: '听到了吗？', yes: '听到了', no: '没听到',
  speakerOk: '听到了', speakerBad: '没有听到，请检查音量和耳机是否插好。',

  copy: '复制结果', copied: '已复制',
  copyHint: '把结果发给网管或县里的技术员，他们能看懂里面的端口和数字。',
  report: {
    head: '讲台 网络和设备检查',
    at: (when: string) => `时间：${when}`,
    verdict: (title: string) => `结论：${title}`,
    address: (url: string) => `地址：${url}`,
    browser: (agent: string) => `浏览器：${agent}`,
    line: (name: string, value: string) => `${name}：${value}`,
  },
}
