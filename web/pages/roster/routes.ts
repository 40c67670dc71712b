import type { RouteRecordRaw } from 'vue-router'
import { roster } from '@/locale/zh-CN/roster'

export const rosterRoutes: RouteRecordRaw[] = [
  { path: '/studios/:studio/roster/import', name: 'roster-import', component: () => import('./RosterImportPage.vue'), props: true, meta: { title: roster.title } },
]
