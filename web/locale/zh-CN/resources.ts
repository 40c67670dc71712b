/** 工作室整理、发布资源时的话。 */
import type { RecordingDoubt } from '@/protocol/api'

export const resources = {
  title: '资源', notFetched: '资源没有取到', all: '去回放库', allOf: (n: number) => `全部 ${n} 个`, open: '看回放', edit: '编辑',
  none: '还没有资源', noneHint: '直播结束后会自动整理成资源；也可以上传微课、案例和课件。', noneRead: '工作室发布资源后会列在这里。',
  states: { draft: '草稿', in_review: '审核中', published: '已发布', withdrawn: '已撤回' } as Record<string, string>,
  visibilities: { studio: '工作室', region: '本区域', public: '公开' } as Record<string, string>,
  seenBy: {
    studio: (studio: string) => `只有${studio}的成员能看到。`,
    region: () => '工作室所在区域的老师登录后能看到，要由工作站发布。',
    public: () => '任何人都能看到，不用登录，要由工作站发布。请先确认画面里的学生可以公开。',
  } as Record<string, (studio: string) => string>,
  selections: { none: '', nominated: '已推荐为精品', selected: '精品资源' } as Record<string, string>,
  which: '看哪些', filters: { open: '待处理', published: '已发布', withdrawn: '已撤回' } as Record<string, string>,
  figures: (viewers: number, minutes: number) => `${viewers} 人看过，共 ${minutes} 分钟`,
  held: '已封存', keepUntil: (day: string) => `保存到 ${day}`,
  upload: {
    act: '上传资源', title: '上传资源', file: '文件', fileHint: '视频（mp4）、pdf、docx、pptx 或图片，最大 2 GB。', missing: '请选择文件。', wrong: '只收 mp4、pdf、docx、pptx、jpg、png、webp。', tooLarge: '文件超过 2 GB，请先压缩。', empty: '这个文件是空的。',
    storage: (used: string, quota: string) => `本工作室已用 ${used}，共 ${quota}。`, scarce: (used: string, quota: string) => `本工作室的空间快用完了：已用 ${used}，共 ${quota}。可撤回不再需要的资源并设置保存期限。`,
    pick: '选择文件', other: '换一个文件', name: '标题', nameMissing: '请写下标题。', kind: '类型', subject: '学科', stage: '学段', notSet: '不填', send: '上传', sending: (percent: number, done: string, of: string) => `已传 ${percent}%（${done} / ${of}）`,
    checking: '已传完，正在核对文件', stop: '停止上传', cut: '线断了，已填的内容都在。联网后点“接着上传”。', again: '接着上传', draft: '上传后是草稿，发布以前只有工作室能看到。',
  },
  recording: {
    title: '录制和回放', notFetched: '录制没有取到', none: '这次活动没有录制', noneHint: '直播时打开录制，结束后会自动整理成回放。',
    recording: '正在录制', closed: '已录好，等着整理', waitsForRoom: '已录好，但服务器磁盘空间不够，腾出空间后自动整理。请联系管理员。', finishing: (percent: number, step: string) => `正在整理 ${percent} %${step ? `：${step}` : ''}`,
    steps: { check: '检查录制', compose: '合成画面', hls: '生成流畅播放的分段', pictures: '截取封面和预览', chapters: '划分章节', archive: '存入资源库' } as Record<string, string>,
    finished: '已整理好', failed: '这次没有整理好，原始录制还在，稍后自动再试。', failedWhy: '详情', empty: '没有录到画面和声音',
    at: (span: string, size: string) => `${span} · ${size}`, draft: '草稿已备好，核对后发布', watch: '看回放', check: '核对并发布',
    soon: '回放约 20 分钟后可看',
    capture: {
      until: (day: string, size: string) => `原始录制（${size}）保留到 ${day}，之后核对回放完好再清理。`, untilEmpty: (day: string, size: string) => `原始录制（${size}）保留到 ${day}，之后清理。`, held: (size: string) => `已封存，原始录制（${size}）一并保留。`, stays: (size: string) => `原始录制（${size}）不会自动清理。`,
      gone: (day: string) => `原始录制已于 ${day}清理。`,
    },
    checked: '已检查，没有发现问题。', doubtsLead: (what: string) => `检查发现：${what}。请看一遍回放。`,
    doubts: { gaps: (length: string) => `画面或声音共有 ${length}没有录到`, skew: () => '声音和画面可能没有对上', silence: () => '很久没有声音', clipped: () => '声音有破音', no_sound: () => '没有录到声音' } as Record<RecordingDoubt, (length: string) => string>,
  },
  form: {
    title: '编辑资源', about: '内容', name: '标题', nameMissing: '请写下标题。', summary: '简介', summaryHint: '讲了什么、适合谁看。', subject: '学科', subjectHint: '例如：语文', stage: '学段', notSet: '不填', series: '系列', noSeries: '不属于系列', presenters: '主讲人',
    presentersHint: '用顿号隔开，例如：周文澜、王秀英', visibility: '谁能看到', download: '下载', downloadable: '可以下载', downloadableHint: '下载后就不再受可见范围限制。', keepUntil: '保存到', keepHint: '撤回以后，文件过了这一天自动删除；不填则一直保存。', save: '保存', saved: '已保存', notFetched: '资源没有取到',
    heldNote: '这份资源已封存，文件不能删除或改动。', reload: '重新打开',
  },
  cuts: {
    title: '剪辑和隐藏', lead: '剪去开头结尾，隐藏不宜公开的部分。原始录制不改动。', whole: (of: string) => `全长 ${of}`, shown: (of: string) => `发布后 ${of}`, from: '从', to: '到', here: '取当前位置', hide: '隐藏一段', hidden: (n: number) => `隐藏的部分 ${n} 段`, none: '没有隐藏的部分', remove: '不再隐藏', add: '加上', bar: '拖动看位置，浅色是发布后看得到的部分',
    preview: '跳过去看', wrongTime: '时间请写成 25:40 或 1:02:03。', troubles: { end_before_start: '结束要晚于开始。', outside: '超出了录制的长度。', too_short: '剩下不到 10 秒，请少剪一些。' } as Record<string, string>, save: '保存剪辑', saved: '剪辑已保存', closed: '发布以后不能再剪。要改请先撤回。',
  },
  files: { title: '资料', lead: '课件、教案等，看回放的人可以下载。', add: '添加资料', remove: '移除', removed: (name: string) => `已移除 ${name}`, added: (name: string) => `已添加 ${name}` },
  subtitles: { title: '字幕', lead: 'WebVTT（.vtt）或 SRT（.srt）文件，UTF-8 编码。字幕里的话也能搜到。', pick: '选择字幕文件', has: '已有字幕，再传会替换。', saved: (n: number) => `字幕已保存，共 ${n} 条`, wrong: '只收 .vtt 和 .srt。', tooLarge: '字幕文件超过 2 MB。', troubles: '字幕没有保存，请改好这几行再传：', row: (n: number, sentence: string) => `第 ${n} 行：${sentence}` },
  chosenBy: { clicks: '点击', viewers: '看过的人', used: '收进备课单（使用率）', usedOf: (used: number, share: string) => `${used}（${share}）`, rating: '满意度', ratingOf: (stars: string, n: number) => `${stars} 星（${n} 人）` },
  step: {
    title: '发布', now: '现在', submit: '送审', submitHint: '送审后由工作站核对并发布。', publish: '发布', publishHint: (seenBy: string) => `发布后，${seenBy}`, sendBack: '退回修改', withdraw: '撤回', withdrawHint: '撤回后别人看不到，观看数据保留。', again: '重新发布',
    reason: '理由', reasonMissing: '请写明理由。', sendBackTitle: '退回修改', sendBackText: '写明要改什么，整理的人会看到。', withdrawTitle: '撤回这份资源', withdrawText: '撤回以后只有工作室能看到。', nominate: '推荐为精品', nominateTitle: '推荐为精品', nominateText: '写明推荐理由，由工作站评选。', select: '选为精品', selectTitle: '选为精品资源', selectText: '会显示“精品资源”，并在回放库里靠前。', unselect: '不选为精品', unselectTitle: '不选为精品', unselectText: '写明理由，工作室会看到。',
    hold: '封存', holdTitle: '封存', holdText: '封存期间不能删除或改动文件。写明理由。', release: '解除封存', releaseTitle: '解除封存', releaseText: '解除后按保存期处理。写明理由。', done: '已完成', said: { submit: '已送审', publish: '已发布', sendBack: '已退回', withdraw: '已撤回', nominate: '已推荐', select: '已选为精品', unselect: '没有选为精品', hold: '已封存', release: '已解除封存' } as Record<string, string>,
    why: (reason: string) => `理由：${reason}`,
  },
  taken: {
    title: '经办记录', none: '还没有送审或发布过。', notFetched: '经办记录没有取到',
    words: { submitted: '送审', returned: '退回', published: '发布', withdrawn: '撤回', nominated: '推荐为精品', selected: '选为精品', not_selected: '没有选为精品', held: '封存', released: '解除封存' } as Record<string, string>,
    tiers: { county: '县级工作站', city: '市级工作站', province: '省级工作站', platform: '平台' } as Record<string, string>,
  },
}
