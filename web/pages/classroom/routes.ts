import type { RouteRecordRaw } from 'vue-router'
import { frame } from '@/locale/zh-CN/frame'

/** Where people sit together: the wall, the phones before it, the host's phone at the door, paper. */
export const placeRoutes: RouteRecordRaw[] = [
  { path: '/classroom/:token', name: 'classroom', component: () => import('./ClassroomPage.vue'), props: true, meta: { open: true, title: frame.classroom } },
  { path: '/s/:code', name: 'scan', component: () => import('@/pages/scan/ScanPage.vue'), props: true, meta: { open: true, title: frame.checkIn } },
  { path: '/seat/:token', name: 'seat', component: () => import('@/pages/scan/SeatPage.vue'), props: true, meta: { open: true, title: frame.checkIn } },
  { path: '/sessions/:session/site', name: 'site', component: () => import('@/pages/site/SitePage.vue'), props: true, meta: { title: frame.site } },
  { path: '/activities/:activity/printed-codes/:code', name: 'printed-code', component: () => import('@/pages/activity/classrooms/PaperPage.vue'), props: true, meta: { title: frame.checkIn } },
  { path: '/activities/:activity/classrooms/:classroom/card', name: 'classroom-card', component: () => import('@/pages/activity/classrooms/PaperPage.vue'), props: true, meta: { title: frame.classroom } },
]
