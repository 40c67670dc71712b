import type { RouteRecordRaw } from 'vue-router'
import { frame } from '@/locale/zh-CN/frame'
import { words } from '@/locale'

/** Names that other places link to: home, sign-in, schedule, studios, studio, activity, attendance, attendance-parameters, mine, admin. */
export const deskRoutes: RouteRecordRaw[] = [
  { path: '/sign-in', name: 'sign-in', component: () => import('@/pages/sign-in/SignInPage.vue'), meta: { open: true, title: words.signIn } },
  { path: '/', name: 'home', component: () => import('@/pages/home/HomePage.vue'), meta: { title: frame.home } },
  { path: '/schedule', name: 'schedule', component: () => import('@/pages/schedule/SchedulePage.vue'), meta: { title: frame.schedule } },
  { path: '/studios', name: 'studios', component: () => import('@/pages/studio/StudiosPage.vue'), meta: { title: frame.studios } },
  { path: '/studios/:studio', name: 'studio', component: () => import('@/pages/studio/StudioPage.vue'), props: true, meta: { title: frame.studios } },
  { path: '/studios/:studio/plan', name: 'plan-activity', component: () => import('@/pages/activity/ActivityFormPage.vue'), props: true, meta: { title: frame.planActivity } },
  { path: '/activities/:activity', name: 'activity', component: () => import('@/pages/activity/ActivityPage.vue'), props: true, meta: { open: true, title: frame.activity } },
  { path: '/activities/:activity/edit', name: 'edit-activity', component: () => import('@/pages/activity/ActivityFormPage.vue'), props: true, meta: { title: frame.editActivity } },
  { path: '/attendance', name: 'attendance', component: () => import('@/pages/attendance/AttendancePage.vue'), meta: { title: frame.attendance } },
  { path: '/attendance/parameters', name: 'attendance-parameters', component: () => import('@/pages/attendance/ParametersPage.vue'), meta: { open: true, title: frame.attendanceParameters } },
  { path: '/mine', name: 'mine', component: () => import('@/pages/mine/MinePage.vue'), meta: { title: frame.mine } },
  { path: '/admin/:part(accounts|schools|regions)?', name: 'admin', component: () => import('@/pages/admin/AdminPage.vue'), props: true, meta: { title: frame.admin } },
]
