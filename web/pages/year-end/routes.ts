import type { RouteRecordRaw } from 'vue-router'
import { yearEnd } from '@/locale/zh-CN/year-end'

export const yearEndRoutes: RouteRecordRaw[] = [
  { path: '/year-ends/of/:region?', name: 'year-ends', component: () => import('./YearEndsPage.vue'), props: true, meta: { title: yearEnd.title } },
  { path: '/year-ends/:yearEnd', name: 'year-end', component: () => import('./YearEndPage.vue'), props: true, meta: { title: yearEnd.title } },
  { path: '/publications', name: 'publications', component: () => import('./PublicationsPage.vue'), meta: { open: true, title: yearEnd.publication.list } },
  { path: '/publications/:publication', name: 'publication', component: () => import('./PublicationPage.vue'), props: true, meta: { open: true, title: yearEnd.publication.title } },
]
