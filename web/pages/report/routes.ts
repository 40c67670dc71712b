import type { RouteRecordRaw } from 'vue-router'
import { titles } from '@/locale/zh-CN/frame'

export const reportRoutes: RouteRecordRaw[] = [
  { path: '/sessions/:session/report', name: 'report', component: () => import('./ReportPage.vue'), props: true, meta: { title: titles.report } },
  { path: '/studios/:studio/attendance', name: 'studio-attendance', component: () => import('./YearPage.vue'), props: true, meta: { title: titles.yearReport } },
  { path: '/verify/:code?', name: 'verify', component: () => import('@/pages/verify/VerifyPage.vue'), props: true, meta: { open: true, title: titles.verify } },
]
