/** A guest types name and school once; the next time this browser has them. */
export interface Guest {
  name: string
  school: string
}

const KEY = 'lectern-guest'

export function keptGuest(): Guest {
  try {
    return { name: '', school: '', ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Guest>) }
  } catch {
    return { name: '', school: '' }
  }
}

export function keepGuest(guest: Guest): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(guest))
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}
