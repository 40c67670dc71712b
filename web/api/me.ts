/** Who is signed in: one reactive answer for the whole page, asked once and again after sign-in. */
import { readonly, ref } from 'vue'
import { ApiError, api } from './client'
import type { Me } from '@/protocol/api'

const current = ref<Me | null>(null)
let asked: Promise<Me | null> | null = null

/** `null` until asked, and while nobody is signed in. */
export const me = readonly(current)

/** Asks the server who is signed in; later calls share the first answer. Not being signed in is an answer, not an error. */
export function loadMe(again = false): Promise<Me | null> {
  if (again || !asked) {
    asked = ask().catch((error: unknown) => {
      asked = null
      throw error
    })
  }
  return asked
}

export async function signIn(accountName: string, password: string): Promise<Me | null> {
  await api.post('/api/logins', { account_name: accountName, password })
  return loadMe(true)
}

export async function signOut(): Promise<void> {
  await api.delete('/api/logins/current')
  current.value = null
  asked = Promise.resolve(null)
}

async function ask(): Promise<Me | null> {
  try {
    current.value = await api.get<Me>('/api/me')
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) throw error
    current.value = null
  }
  return current.value
}
