/** Signed addresses of a Replay end. They are asked for again by themselves, but never in a circle. */

/** A fresh address that is refused within this time would be refused again. */
const CIRCLE_MS = 20_000

export class ReplayLinks {
  private renewed = -Infinity

  /** What an address that was refused with this status calls for. */
  refused(status: number, at: number): 'renew' | 'forbidden' | 'unreachable' | 'broken' {
    if (status === 410) {
      if (at - this.renewed < CIRCLE_MS) return 'broken'
      this.renewed = at
      return 'renew'
    }
    if (status === 401 || status === 403 || status === 404) return 'forbidden'
    return status === 0 || status >= 500 ? 'unreachable' : 'broken'
  }
}
