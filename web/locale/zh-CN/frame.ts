/** 页框里的话：导航和账号菜单。 */
export const frame = {
  home: '首页',
  schedule: '日程',
  studios: '工作室',
  attendance: '我的考勤',
  cases: '待处理',
  audit: '原始记录',
  attendanceParameters: '考勤怎样记录',
  mine: '我的',
  admin: '管理',
  activity: '活动',
  planActivity: '计划活动',
  editActivity: '修改活动',
  classroom: '集体观看教室',
  checkIn: '签到',
  site: '现场签到',
  accountMenu: (name: string) => `${name}的账号菜单`,
}
