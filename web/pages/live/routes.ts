import type { RouteRecordRaw } from 'vue-router'

export const liveRoutes: RouteRecordRaw[] = [
  { path: '/live/:session', name: 'live', component: () => import('./LivePage.vue'), meta: { open: true }, props: true },
]
