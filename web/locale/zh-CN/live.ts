/** 课堂里的话。规矩：事实 + 影响 + 下一步。 */
import type { DeviceTrouble } from '@/session/devices'
import type { NoticeKind } from '@/session/live-room'
import type { Step } from '@/session/line-quality'
import type { QualityChoice } from '@/session/slot-plan'

const steps: Record<Step, string> = { high: '高清', mid: '流畅', low: '省流', slides: '声音 + 课件', audio: '只有声音' }

const quality: Record<QualityChoice, string> = { auto: '自动', high: '高清', mid: '流畅', low: '省流', slides: '声音 + 课件', audio: '只听声音' }

const qualityHint: Record<QualityChoice, string> = {
  auto: '按您的网络自动调整',
  high: '每分钟约 12 兆流量',
  mid: '每分钟约 4 兆流量',
  low: '每分钟约 2 兆流量',
  slides: '不看老师画面',
  audio: '每分钟约 0.4 兆流量',
}

const notices: Record<NoticeKind, string> = {
  admitted: '主持人请您发言。打开麦克风，大家就能听到您。',
  dismissed: '发言已结束，麦克风和摄像头已关闭。您可以再次举手。',
  muted_by_host: '主持人关了您的麦克风。需要发言时，请自己再打开。',
  screen_ended: '课件共享已停止。',
  microphone_lost: '麦克风断开了，大家听不到您。请插好或换一个麦克风。',
  camera_lost: '摄像头断开了，声音不受影响。请插好或换一个摄像头。',
  rejoined: '断开时间较长，已重新进入课堂。断开前的在场时间都在。',
}

const microphoneTrouble: Record<DeviceTrouble, string> = {
  denied: '浏览器没有得到麦克风的许可。请点地址栏左边的图标，允许麦克风，再点“重新检测”。',
  missing: '没有找到麦克风。请插上麦克风或耳机，再点“重新检测”。',
  busy: '麦克风正被别的程序使用。请关掉那个程序，再点“重新检测”。',
  insecure: '这个地址不是安全连接（https），浏览器不让用麦克风。请改用 https 开头的地址打开。',
  unsupported: '这个浏览器不能使用麦克风，请换用新版 Chrome、Edge 或 Safari。',
  unplugged: '麦克风断开了。请插好后点“重新检测”。',
  unknown: '麦克风没有打开。请重新插拔后点“重新检测”。',
}

const cameraTrouble: Record<DeviceTrouble, string> = {
  denied: '浏览器没有得到摄像头的许可。请点地址栏左边的图标，允许摄像头，再点“重新检测”。',
  missing: '没有找到摄像头。没有摄像头也可以只用声音和课件上课。',
  busy: '摄像头正被别的程序使用。请关掉那个程序，再点“重新检测”。',
  insecure: '这个地址不是安全连接（https），浏览器不让用摄像头。请改用 https 开头的地址打开。',
  unsupported: '这个浏览器不能使用摄像头，请换用新版 Chrome、Edge 或 Safari。',
  unplugged: '摄像头断开了。请插好后点“重新检测”。',
  unknown: '摄像头没有打开。请重新插拔后点“重新检测”。',
}

const screenTrouble: Record<DeviceTrouble, string> = {
  denied: '没有得到共享屏幕的许可。请在系统设置里允许浏览器录制屏幕，再试一次。',
  missing: '没有可以共享的窗口。请先打开课件，再试一次。',
  busy: '系统暂时不让共享这个窗口。请换一个窗口，或关掉别的共享程序。',
  insecure: '这个地址不是安全连接（https），浏览器不让共享屏幕。请改用 https 开头的地址打开。',
  unsupported: '手机浏览器不能共享屏幕，请用电脑共享课件。',
  unplugged: '共享的窗口已关闭。',
  unknown: '没有共享成功，请换一个窗口再试。',
}

export const live = {
  title: '课堂',
  back: '返回',
  liveFor: '直播中',
  present: (n: number) => `${n} 人在场`,
  speakingNow: '正在讲',
  hostLine: '您是主持人',
  planned: (span: string) => `计划 ${span}`,
  line: { unknown: '正在测网络', good: '网络良好', fair: '网络一般', weak: '网络较弱', away: '正在重连', blocked: '画面不通' },
  roles: { host: '主讲', presenter: '主讲', viewer: '' },

  join: {
    checking: '正在打开课堂',
    asViewer: '点一下开始听课',
    asHost: '进入并开播',
    asHostAgain: '回到直播',
    asPresenter: '进入课堂',
    soundHint: '点一下之后才有声音，这是浏览器的规定。',
    presence: '进入后，系统按您实际收看的时间记录在场，用于活动考勤。不取位置，不拍照。',
    presenceGuest: '您填写的姓名和学校会一同保存。',
    guestName: '姓名',
    guestSchool: '学校',
    guestNamePlaceholder: '例如：陈晓梅',
    guestSchoolPlaceholder: '例如：柳溪镇完全小学',
    guestNameMissing: '请填写姓名，考勤要用。',
    guestSchoolMissing: '请填写学校，考勤要用。',
    guestOr: '有账号的老师请先登录，考勤会记到您名下。',
    signIn: '登录后进入',
    signInOnly: '这场活动要登录后才能进入。',
    startedFor: (minutes: number) => (minutes < 1 ? '刚刚开始' : `已开始 ${minutes} 分钟`),
    ended: '这场直播已经结束。',
    asName: (name: string) => `您将以“${name}”进入。`,
    inWeChat: '在微信里可能没有声音。请点右上角“···”，选“在浏览器打开”。',
  },

  check: {
    title: '开播前检查',
    microphone: '麦克风',
    camera: '摄像头',
    screen: '共享课件',
    uplink: '上行网络',
    again: '重新检测',
    useMicrophone: '进入时打开麦克风',
    useCamera: '进入时打开摄像头',
    speakHint: '请说一句话，看绿格是否跳动。',
    asking: '请在浏览器弹出的窗口里点“允许”。',
    preview: '摄像头预览',
    cameraOff: '摄像头未打开',
    firstDevice: (n: number) => `设备 ${n}`,
    level: { quiet: '没有声音', low: '声音偏小', fine: '音量适中', loud: '声音偏大' },
    levelLabel: (mark: number) => `音量 ${mark} 格，共 10 格`,
  },

  mine: {
    title: '我的设备',
    on: '已打开',
    off: '未打开',
    muted: '已静音',
    starting: '正在打开',
    camera: (height: number) => `正常 ${height}p`,
    screenOn: '文字清晰',
    uplink: (mbit: string, level: string) => `${mbit} 兆，${level}`,
    uplinkWaiting: '开播后显示',
    uplinkLevel: { good: '够用', fair: '偏紧', weak: '不够' },
    sentTitle: '我送出的画质',
    sentHint: '系统按每个人的网络自动选一路送达，您不用操作。',
    sentNothing: '打开摄像头后，这里显示送出的三路画质。',
    layers: { high: '高清', mid: '流畅', low: '省流' },
    kbps: (n: number) => (n >= 1000 ? `${(n / 1000).toFixed(1)} 兆` : `${Math.round(n)} 千比特`),
    layerIdle: '没有送出',
    limitedByLine: '上行网络偏紧，已自动降低画质，声音和课件优先。',
    limitedByDevice: '这台设备负担较重，已自动降低画质。请关掉不用的程序。',
  },

  stage: {
    label: '课件与画面',
    waiting: '老师还没有打开画面',
    waitingHint: '声音和课件一开始就会出现在这里，请不要离开。',
    hostWaiting: '还没有共享课件',
    hostWaitingHint: '点下方“共享课件”，选课件窗口。大家会看到同样的画面。',
    audioOnly: '现在只听声音',
    audioOnlyHint: '网络好转后自动恢复画面。',
    chosenAudio: '您选了只听声音',
    chosenAudioHint: '在“画质”里可以换回来。',
    screenOf: (name: string) => `${name} 的课件`,
    cameraOf: (name: string) => `${name} 的画面`,
    you: '您',
    speaking: '发言中',
    muted: '麦克风已关',
    presenter: (name: string) => `${name}（主讲）`,
    turnOnSound: '点一下打开声音',
    mirror: '您自己的画面',
  },

  controls: {
    label: '课堂操作',
    hostLabel: '主持操作',
    micOn: '麦克风开', micOff: '麦克风关', micStarting: '正在打开',
    cameraOn: '摄像头开', cameraOff: '摄像头关', cameraStarting: '正在打开',
    screenOn: '正在共享', screenOff: '共享课件', screenStarting: '请选窗口',
    muteAll: '全体静音',
    muteAllDone: '已关掉大家的麦克风。',
    chat: '讨论', people: '成员', hands: '举手', panel: '互动', devices: '设备',
    raise: '举手发言', lower: '放下手', raiseShort: '举手', lowerShort: '放下手',
    stopSpeaking: '结束发言',
    sound: '声音', soundOn: '声音开', soundOff: '声音关',
    quality: '画质', qualityOf: (name: string, height: number) => (height > 0 ? `画质：${name} ${height}p` : `画质：${name}`),
    keys: '快捷键', fullscreen: '全屏', exitFullscreen: '退出全屏',
    leave: '离开课堂', end: '结束直播', more: '更多',
    moreLabel: '更多：画质、声音、离开',
  },
  steps,
  quality,
  qualityHint,
  qualityTitle: '画质',

  chat: {
    label: '讨论',
    placeholder: '说点什么…',
    send: '发送',
    empty: '还没有人说话',
    emptyHint: '您的问题和想法，大家都能看到。',
    newLines: (n: number) => `有 ${n} 条新讨论`,
  },
  people: {
    label: '成员',
    title: (n: number) => `成员 ${n}`,
    rural: '乡村',
    away: '暂时离线',
    guest: '访客',
    classroom: '集体观看',
    host: '主持',
    presenter: '主讲',
    speaking: '发言中',
    you: '您',
    mute: '静音',
    remove: '请离开',
    dismiss: '结束发言',
    admit: '请发言',
    actions: (name: string) => `管理 ${name}`,
    removeTitle: (name: string) => `请 ${name} 离开`,
    removeText: '这位参与者会立即退出，本场不能再进入。已记录的在场时间保留。',
    removeAction: '请离开课堂',
    find: '按姓名或学校找人',
    none: '没有找到这个姓名或学校。',
  },
  hands: {
    title: (n: number) => `举手 ${n}`,
    order: '按举手先后',
    empty: '还没有人举手',
    emptyHint: '有人举手时，会按先后排在这里。',
    waited: (words: string) => `等了 ${words}`,
    admit: '请发言',
    speaking: '正在发言',
    announced: (name: string, n: number) => (n > 1 ? `${name} 等 ${n} 人举手` : `${name} 举手`),
  },

  presence: {
    here: '您已在场',
    hereShort: '已在场',
    minutes: (n: number) => `${n} 分钟`,
    rule: '系统按实际收看的时间记录，请继续听课。',
  },

  weak: {
    title: (step: Step) => `网络较弱，已改为“${steps[step]}”`,
    text: { high: '', mid: '声音不会断；网络好转后自动恢复高清。', low: '声音不会断；网络好转后自动恢复。', slides: '声音不会断；网络好转后自动恢复画面。', audio: '声音优先；网络好转后自动恢复课件和画面。' } as Record<Step, string>,
    blockedTitle: '画面和声音暂时到不了这台设备',
    blockedText: '可能是学校网络拦住了直播用的端口，讨论仍可使用。系统每隔一会儿自动再试；换手机网络通常可以。',
  },
  reconnect: {
    title: (attempt: number) => (attempt > 1 ? `连接断了，正在重连（第 ${attempt} 次）。` : '连接断了，正在重连。'),
    firstTitle: (attempt: number) => `还没有连上课堂，正在再试（第 ${attempt} 次）。`,
    first: '连上后才开始记录在场。网络没有问题时，几秒钟就会接上。',
    text: '90 秒内接上，考勤不受影响。',
    late: '已断开超过 90 秒，接上后继续记录在场时间。',
    now: '现在重试',
    media: '画面正在恢复，您仍在课堂里。',
  },

  notices,
  microphoneTrouble,
  cameraTrouble,
  screenTrouble,

  invited: { title: '主持人请您发言', text: '打开麦克风，大家就能听到您。', open: '打开麦克风', later: '先不发言' },

  endDialog: {
    title: '结束直播',
    text: (n: number) => `结束后，课堂里的 ${n} 人会全部退出，本场不能再继续。`,
    action: '结束直播',
  },
  leaveDialog: {
    title: '离开课堂',
    text: '离开后不再记录在场时间。直播没有结束时可以再进来。',
    hostText: '您离开后直播仍在继续，可以从活动页回来。要让大家都下课，请用“结束直播”。',
    action: '离开课堂',
  },

  over: {
    ended: { title: '直播已结束', text: (minutes: number) => (minutes > 0 ? `您在场约 ${minutes} 分钟，正式记录以“我的考勤”为准。` : '正式的在场记录以“我的考勤”为准。') },
    left: { title: '您已离开课堂', text: '直播还在继续，可以再进来。', action: '再次进入课堂' },
    removed: { title: '主持人已请您离开本场', text: '本场不能再进入。已记录的在场时间保留，有疑问请联系工作室主持人。' },
    replaced: { title: '课堂已在另一个窗口打开', text: '同一个人的两个窗口只记一次在场。要在这里继续，请点下面。', action: '在这里继续' },
    refused: { title: '暂时不能进入', text: '请稍后再试，或联系工作室主持人。', action: '再试一次' },
    lost: { title: '连接断开较久，已停止重连', text: '断开前的在场时间都已记录。网络恢复后请重新进入。', action: '重新进入课堂' },
    attendance: '看我的考勤',
    activity: '回到活动页',
  },

  keys: {
    title: '快捷键',
    hint: '正在输入文字时不起作用。',
    list: [
      ['M', '麦克风开关'],
      ['V', '摄像头开关'],
      ['H', '举手或放下手'],
      ['C', '打开讨论'],
      ['F', '全屏'],
      ['?', '显示快捷键'],
    ] as [string, string][],
  },

  request: {
    not_connected: '还没有连上课堂，接上后请再试。',
    no_answer: '服务器没有回应，请再试一次。',
  },
}
