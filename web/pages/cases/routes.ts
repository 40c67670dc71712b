import type { RouteRecordRaw } from 'vue-router'
import { frame } from '@/locale/zh-CN/frame'

export const caseRoutes: RouteRecordRaw[] = [
  { path: '/cases', name: 'cases', component: () => import('./CasesPage.vue'), meta: { title: frame.cases } },
  { path: '/sessions/:session/audit', name: 'audit', component: () => import('./AuditPage.vue'), props: true, meta: { title: frame.audit } },
]
