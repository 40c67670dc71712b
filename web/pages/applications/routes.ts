import type { RouteRecordRaw } from 'vue-router'
import { titles } from '@/locale/zh-CN/frame'

export const applicationRoutes: RouteRecordRaw[] = [
  { path: '/applications', name: 'applications', component: () => import('./ApplicationsPage.vue'), meta: { title: titles.applications } },
  { path: '/recruitments/:recruitment', name: 'recruitment', component: () => import('./RecruitmentPage.vue'), props: true, meta: { title: titles.applications } },
  { path: '/applications/:application', name: 'application', component: () => import('./ReviewPage.vue'), props: true, meta: { title: titles.application } },
  { path: '/publicities', name: 'publicities', component: () => import('./PublicitiesPage.vue'), meta: { open: true, title: titles.publicities } },
  { path: '/announcements', name: 'announcements', component: () => import('./AnnouncementsPage.vue'), meta: { title: titles.announcements } },
  { path: '/capacities/:region?', name: 'capacities', component: () => import('./CapacityPage.vue'), props: true, meta: { title: titles.capacities } },
]
