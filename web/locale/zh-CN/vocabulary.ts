/** 接口里的代号在界面上叫什么。 */
export const vocabulary = {
  tier: { province: '省级', city: '市级', county: '县级' },
  studioKind: { studio: '名师工作室', network: '名师网络工作室', alliance: '联盟' },
  closingKind: { shut: '关停', revoked: '取消资格', expired: '周期届满不再命名', quit: '自行退出' },
  memberMark: { new_teacher: '新入职教师', backbone: '县级骨干教师或学科带头人' },
  memberRole: { host: '主持人', core: '学科带头人', trainee: '骨干学员', follower: '网络学员', adviser: '导师' },
  activityKind: {
    broadcast: '直播', seminar: '研修', lecture: '讲座', open_lesson: '公开课', lesson_review: '评课', outreach: '送教', report: '汇报', showcase: '展示',
  },
  mode: { online: '线上', onsite: '线下', mixed: '线上 + 线下' },
  level: { school: '校级', county: '县级', city: '市级', province: '省级', national: '国家级' },
  state: { planned: '未开始', live: '直播中', ended: '已结束', cancelled: '已取消' },
  accountRole: { teacher: '教师', office: '工作站管理员', admin: '平台管理员' },
  regionKind: { province: '省', city: '市', county: '县' },
  participantKind: { account: '账号', guest: '访客', classroom: '集体观看教室', encoder: '推流设备', player: '播放设备' },
  myRole: { host: '您是主持人', presenter: '您是主讲人', viewer: '您可以参加' },
}
