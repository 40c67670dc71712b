import type { RouteRecordRaw } from 'vue-router'
import { applications as w } from '@/locale/zh-CN/applications'

export const applicationRoutes: RouteRecordRaw[] = [
  { path: '/applications', name: 'applications', component: () => import('./ApplicationsPage.vue'), meta: { title: w.title } },
  { path: '/recruitments/:recruitment', name: 'recruitment', component: () => import('./RecruitmentPage.vue'), props: true, meta: { title: w.title } },
  { path: '/applications/:application', name: 'application', component: () => import('./ReviewPage.vue'), props: true, meta: { title: w.review1.title } },
  { path: '/publicities', name: 'publicities', component: () => import('./PublicitiesPage.vue'), meta: { open: true, title: w.publicity.title } },
  { path: '/announcements', name: 'announcements', component: () => import('./AnnouncementsPage.vue'), meta: { title: w.announcement.title } },
  { path: '/capacities/:region?', name: 'capacities', component: () => import('./CapacityPage.vue'), props: true, meta: { title: w.capacity.title } },
]
