import type { RouteRecordRaw } from 'vue-router'
import { titles } from '@/locale/zh-CN/frame'

export const rosterRoutes: RouteRecordRaw[] = [
  { path: '/studios/:studio/roster/import', name: 'roster-import', component: () => import('./RosterImportPage.vue'), props: true, meta: { title: titles.rosterImport } },
]
