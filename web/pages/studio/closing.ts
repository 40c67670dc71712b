/** What a closing of a studio means on a page. */
import type { ActivityCard, MemberView, StudioView } from '@/protocol/api'

/** Its last day is over. */
export const isClosed = (studio: Pick<StudioView, 'last_day'>, today: string): boolean => studio.last_day !== null && studio.last_day < today

/** Whose membership would end with this day, or with a later one. */
export const endsFor = (members: MemberView[], lastDay: string): number => new Set(members.filter((one) => one.to === null || one.to > lastDay).map((one) => one.account.id)).size

/** What is planned for a later day; the server tells times as they are in China. */
export const plannedAfter = (activities: ActivityCard[], lastDay: string): number => activities.filter((one) => one.state === 'planned' && one.planned_start.slice(0, 10) > lastDay).length
