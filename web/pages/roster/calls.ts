/** What the page for rosters asks the server. */
import { api } from '@/api/client'
import type { FileInAnswer, RosterAnswer, RosterChoiceForm } from '@/protocol/api'

export const rosterPath = (studio: string) => `/api/studios/${encodeURIComponent(studio)}/roster-sheet`

export function sendRoster(studio: string, file: File, choices: readonly RosterChoiceForm[], check: boolean): Promise<RosterAnswer> {
  const form = new FormData()
  form.append('choices', JSON.stringify(choices))
  form.append('file', file)
  return api.upload<RosterAnswer>(rosterPath(studio), form, { query: { check } })
}

/** Lets the browser save a file that came with an answer. */
export function keep(file: FileInAnswer): void {
  const bytes = Uint8Array.from(atob(file.content), (letter) => letter.charCodeAt(0))
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' }))
  const link = document.createElement('a')
  link.href = url
  link.download = file.name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
