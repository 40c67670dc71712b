/** Which files become a Resource. Pure. */
import { library } from '@/locale/zh-CN/library'
import { resources } from '@/locale/zh-CN/resources'
import type { SchoolStage } from '@/protocol/api'
import type { ResourceKind } from '../shapes'

export const ENDINGS = ['mp4', 'pdf', 'docx', 'pptx', 'jpg', 'jpeg', 'png', 'webp']
export const ACCEPT = ENDINGS.map((ending) => `.${ending}`).join(',')
export const LARGEST = 2 * 1024 * 1024 * 1024

export function fileTrouble(file: Pick<File, 'name' | 'size'>): string {
  const w = resources.upload
  if (!ENDINGS.includes(endingOf(file.name))) return w.wrong
  if (file.size === 0) return w.empty
  return file.size > LARGEST ? w.tooLarge : ''
}

/** What such a file mostly is. */
export function kindOf(name: string): ResourceKind {
  const ending = endingOf(name)
  if (ending === 'mp4') return 'micro_lesson'
  if (ending === 'pptx') return 'courseware'
  return ending === 'docx' || ending === 'pdf' ? 'case_study' : 'other'
}

/** The name of a file without its ending, as a first title. */
export const titleOf = (name: string) => name.replace(/\.[^.]+$/, '').slice(0, 80)

/** A Studio for 小学语文 gives 语文 at a 小学, as the library's filters ask for it. */
export function subjectOf(studio: string): { subject: string; stage: SchoolStage | '' } {
  const found = Object.entries(library.stages).find(([, word]) => studio.startsWith(word) && studio.length > word.length)
  return found ? { subject: studio.slice(found[1].length).trim(), stage: found[0] as SchoolStage } : { subject: studio, stage: '' }
}

const endingOf = (name: string) => name.split('.').pop()?.toLowerCase() ?? ''
