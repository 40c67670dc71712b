import type { RouteRecordRaw } from 'vue-router'
import { frame } from '@/locale/zh-CN/frame'

/** Names that other places link to: library, resource, edit-resource, course, lesson-plans. */
export const libraryRoutes: RouteRecordRaw[] = [
  { path: '/library', name: 'library', component: () => import('./LibraryPage.vue'), meta: { title: frame.library } },
  { path: '/library/series/:series', name: 'course', component: () => import('./CoursePage.vue'), props: true, meta: { title: frame.course } },
  { path: '/lesson-plans', name: 'lesson-plans', component: () => import('./LessonPlansPage.vue'), meta: { title: frame.lessonPlans } },
  { path: '/resources/:resource', name: 'resource', component: () => import('@/pages/resource/ResourcePage.vue'), props: true, meta: { open: true, title: frame.library } },
  { path: '/resources/:resource/edit', name: 'edit-resource', component: () => import('@/pages/resource/ResourceEditPage.vue'), props: true, meta: { title: frame.editResource } },
]
