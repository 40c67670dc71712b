/** The draft of a notice on the server: fetched when it is opened, saved a moment after each change, and never over what a co-host wrote meanwhile. */
import { computed, ref } from 'vue'
import { ApiError, sentenceOf } from '@/api/client'
import type { NoticeDraftForm, NoticeDraftView } from '@/protocol/api'

/** After the last letter. */
export const SAVED_AFTER_MS = 1200

interface Calls {
  fetch: () => Promise<NoticeDraftView>
  save: (form: NoticeDraftForm) => Promise<NoticeDraftView>
}

export function useDraft(calls: Calls) {
  const seen = ref<NoticeDraftView | null>(null)
  /** What a co-host saved while this one was written. */
  const other = ref<NoticeDraftView | null>(null)
  const trouble = ref('')
  const text = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined
  let saving: Promise<void> = Promise.resolve()
  const begun = computed(() => (seen.value?.content ?? '').trim() !== '')

  async function open() {
    seen.value = await calls.fetch()
    other.value = null
    trouble.value = ''
    text.value = seen.value.content
  }

  function changed(now: string) {
    text.value = now
    clearTimeout(timer)
    if (other.value === null) timer = setTimeout(() => void save(), SAVED_AFTER_MS)
  }

  /** One after the other, each with the revision that the one before gave. */
  function save(): Promise<void> {
    clearTimeout(timer)
    saving = saving.then(saveNow)
    return saving
  }

  async function saveNow() {
    const before = seen.value
    if (before === null || other.value !== null || text.value === before.content) return
    const content = text.value
    try {
      seen.value = await calls.save({ content, revision: before.revision })
      trouble.value = ''
    } catch (error) {
      if (error instanceof ApiError && error.code === 'notice_draft_changed') await meet()
      else trouble.value = sentenceOf(error)
    }
  }

  async function meet() {
    try {
      other.value = await calls.fetch()
      trouble.value = ''
    } catch (error) {
      trouble.value = sentenceOf(error)
    }
  }

  /** Goes on with what the co-host wrote, or writes one's own over it. */
  async function settle(take: 'theirs' | 'mine') {
    if (other.value === null) return
    seen.value = other.value
    other.value = null
    if (take === 'theirs') text.value = seen.value.content
    else await save()
  }

  /** It was sent, and the server has none any more. */
  function sent() {
    clearTimeout(timer)
    seen.value = null
    text.value = ''
  }

  return { text, seen, other, trouble, begun, open, changed, save, settle, sent }
}
