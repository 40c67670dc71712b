/** Addresses of the pages. Each page is its own chunk, so a viewer loads the live room and nothing of the desk. */
import { ref } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import { PageWatch } from './page-wait'
import { loadMe } from '@/api/me'
import { words } from '@/locale'
import { applicationRoutes } from '@/pages/applications/routes'
import { placeRoutes } from '@/pages/classroom/routes'
import { caseRoutes } from '@/pages/cases/routes'
import { deskRoutes } from '@/pages/desk/routes'
import { libraryRoutes } from '@/pages/library/routes'
import { liveRoutes } from '@/pages/live/routes'
import { reportRoutes } from '@/pages/report/routes'
import { scorecardRoutes } from '@/pages/scorecard/routes'
import { rosterRoutes } from '@/pages/roster/routes'
import { yearEndRoutes } from '@/pages/year-end/routes'

declare module 'vue-router' {
  interface RouteMeta {
    /** The page's name, for the window title. */
    title?: string
    /** Whoever is not signed in may see it; every other page leads to sign-in and back. */
    open?: boolean
  }
}

/** True after a page's chunk could not be fetched. */
export const pageNotLoaded = ref(false)

/** The page that is being opened. */
export const opening = new PageWatch()

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    ...liveRoutes,
    ...deskRoutes,
    ...libraryRoutes,
    ...reportRoutes,
    ...scorecardRoutes,
    ...rosterRoutes,
    ...yearEndRoutes,
    ...caseRoutes,
    ...applicationRoutes,
    ...placeRoutes,
    { path: '/:rest(.*)*', name: 'missing', component: () => import('@/pages/MissingPage.vue'), meta: { open: true, title: words.errors.pageMissing } },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

router.beforeEach(async (to, from) => {
  if (to.path !== from.path) opening.begin()
  if (to.meta.open) return true
  try {
    return (await loadMe()) ? true : { name: 'sign-in', query: { next: to.fullPath } }
  } catch {
    // The server cannot be reached: let the page say so in its own place, with its own retry.
    return true
  }
})

router.afterEach((to) => {
  opening.end()
  document.title = to.meta.title ? words.titled(to.meta.title) : words.product
})

router.onError(() => {
  opening.end()
  pageNotLoaded.value = true
})
