import type { RouteRecordRaw } from 'vue-router'

/** Names that other places link to: home, sign-in, studios, studio, activity, attendance, mine. */
export const deskRoutes: RouteRecordRaw[] = []
