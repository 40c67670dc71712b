import type { RouteRecordRaw } from 'vue-router'
import { office } from '@/locale/zh-CN/office'
import { policy } from '@/locale/zh-CN/policy'
import { scorecard } from '@/locale/zh-CN/scorecard'

export const scorecardRoutes: RouteRecordRaw[] = [
  { path: '/studios/:studio/scorecard', name: 'scorecard', component: () => import('./ScorecardPage.vue'), props: true, meta: { title: scorecard.title } },
  { path: '/year-ends/:yearEnd/studios/:studio/scorecard', name: 'frozen-scorecard', component: () => import('./ScorecardPage.vue'), props: true, meta: { title: scorecard.frozen.page } },
  { path: '/policies/:policy', name: 'policy', component: () => import('@/pages/policy/PolicyPage.vue'), props: true, meta: { title: policy.title } },
  { path: '/office/:region?', name: 'office', component: () => import('@/pages/office/OfficePage.vue'), props: true, meta: { title: office.title } },
]
