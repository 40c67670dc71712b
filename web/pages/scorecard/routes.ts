import type { RouteRecordRaw } from 'vue-router'
import { titles } from '@/locale/zh-CN/frame'

export const scorecardRoutes: RouteRecordRaw[] = [
  { path: '/studios/:studio/scorecard', name: 'scorecard', component: () => import('./ScorecardPage.vue'), props: true, meta: { title: titles.scorecard } },
  { path: '/year-ends/:yearEnd/studios/:studio/scorecard', name: 'frozen-scorecard', component: () => import('./ScorecardPage.vue'), props: true, meta: { title: titles.frozenScorecard } },
  { path: '/policies/:policy', name: 'policy', component: () => import('@/pages/policy/PolicyPage.vue'), props: true, meta: { title: titles.policy } },
  { path: '/office/:region?', name: 'office', component: () => import('@/pages/office/OfficePage.vue'), props: true, meta: { title: titles.office } },
]
