import { sizeWords } from '@/locale/size-words'
import type { RecordingSwitch, RecordingTrouble } from '@/protocol/signaling'

export const recording = {
  /** What everybody sees. */
  state: { off: '不录制', on: '录制中', paused: '暂停录制' } satisfies Record<RecordingSwitch, string>,
  fine: '录制正常',
  bytes: sizeWords,
  ago: (seconds: number) => (seconds < 1 ? '刚刚确认' : `${seconds} 秒前确认`),
  waiting: '等待画面和声音',
  start: '开始录制',
  pause: '不录制',
  resume: '继续录制',
  pauseTitle: '现在起不录制？',
  pauseText: '已经录下的保留，直到您再点“继续录制”之前的内容不会留下。所有人都能看到现在没有录制。',
  trouble: {
    not_written: { title: '已有好几秒没有录下来。', text: '课堂照常进行。请检查话筒和画面是否在发送；如果正常，请联系服务器管理员。' },
    no_room: { title: '服务器磁盘快满了，录制已停。', text: '课堂照常进行，已录的部分保留。请联系服务器管理员腾出空间，之后自动继续录制。' },
    disk: { title: '服务器磁盘写不进去，录制已停。', text: '课堂照常进行，已录的部分保留。请联系服务器管理员。' },
    low_room: { title: '服务器磁盘空间不多了。', text: '现在录制正常。空间用完时录制会停，请尽快联系服务器管理员腾出空间。' },
    too_slow: { title: '服务器磁盘太慢，有几秒没有录下来。', text: '课堂照常进行，其余部分继续录制。请告诉服务器管理员。' },
  } satisfies Record<RecordingTrouble, { title: string; text: string }>,
}
