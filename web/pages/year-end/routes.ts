import type { RouteRecordRaw } from 'vue-router'
import { titles } from '@/locale/zh-CN/frame'

export const yearEndRoutes: RouteRecordRaw[] = [
  { path: '/year-ends/of/:region?', name: 'year-ends', component: () => import('./YearEndsPage.vue'), props: true, meta: { title: titles.yearEnds } },
  { path: '/year-ends/:yearEnd', name: 'year-end', component: () => import('./YearEndPage.vue'), props: true, meta: { title: titles.yearEnds } },
  { path: '/publications', name: 'publications', component: () => import('./PublicationsPage.vue'), meta: { open: true, title: titles.publications } },
  { path: '/publications/:publication', name: 'publication', component: () => import('./PublicationPage.vue'), props: true, meta: { open: true, title: titles.publication } },
]
