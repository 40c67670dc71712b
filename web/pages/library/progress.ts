/** How far I am with a Resource, and which of a course comes next. Pure. */

export interface Stand { share: number; percent: number; done: boolean }

/** As of a chapter: nobody sits through the last silence. */
const DONE_SHARE = 0.9

export function standOf(duration: number | null, seen: number | undefined): Stand {
  const share = duration && seen ? Math.min(1, seen / duration) : 0
  return { share, percent: Math.round(share * 100), done: share >= DONE_SHARE }
}

/** The first that is not done, from the last one that was begun on; or the first not done at all. */
export function nextOf<T extends { stand: Stand }>(all: readonly T[]): T | undefined {
  const begun = all.map((one) => one.stand.share > 0).lastIndexOf(true)
  const open = (one: T) => !one.stand.done
  return all.slice(Math.max(0, begun)).find(open) ?? all.find(open)
}
