import type { RouteRecordRaw } from 'vue-router'
import { report } from '@/locale/zh-CN/report'

export const reportRoutes: RouteRecordRaw[] = [
  { path: '/sessions/:session/report', name: 'report', component: () => import('./ReportPage.vue'), props: true, meta: { title: report.title } },
  { path: '/studios/:studio/attendance', name: 'studio-attendance', component: () => import('./YearPage.vue'), props: true, meta: { title: report.yearTitle } },
  { path: '/verify/:code?', name: 'verify', component: () => import('@/pages/verify/VerifyPage.vue'), props: true, meta: { open: true, title: report.verifyTitle } },
]
