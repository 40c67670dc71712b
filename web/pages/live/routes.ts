import type { RouteRecordRaw } from 'vue-router'
import { words } from '@/locale'

export const liveRoutes: RouteRecordRaw[] = [
  { path: '/live/:session', name: 'live', component: () => import('./LivePage.vue'), meta: { open: true }, props: true },
  { path: '/check', name: 'check', component: () => import('@/pages/check/CheckPage.vue'), meta: { open: true, title: words.check } },
]
