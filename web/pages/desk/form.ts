/** Filling in and saving: checks in the browser, the server's words under the same fields, nothing typed is ever lost. */
import { reactive, ref, type Ref } from 'vue'
import { ApiError, sentenceOf } from '@/api/client'

/** Field name → what is wrong with it, in a sentence. */
export type FieldErrors = Record<string, string>

export interface Form<V extends object> {
  values: V
  errors: Ref<FieldErrors>
  /** What is wrong with the whole, when no field is to blame. */
  problem: Ref<string>
  saving: Ref<boolean>
  saved: Ref<boolean>
  /** Counts refused tries, so that the summary takes the focus each time. */
  tries: Ref<number>
  submit: () => Promise<boolean>
  reset: (values: V) => void
}

export interface FormParts<V extends object> {
  initial: V
  check: (values: V) => FieldErrors
  save: (values: V) => Promise<void>
  /** Server field name → field of this form, where they differ. */
  serverNames?: Record<string, string>
}

export function useForm<V extends object>(parts: FormParts<V>): Form<V> {
  const values = reactive({ ...parts.initial }) as V
  const errors = ref<FieldErrors>({})
  const problem = ref('')
  const saving = ref(false)
  const saved = ref(false)
  const tries = ref(0)

  async function submit(): Promise<boolean> {
    if (saving.value) return false
    problem.value = ''
    saved.value = false
    errors.value = parts.check(values)
    if (Object.keys(errors.value).length > 0) {
      tries.value += 1
      return false
    }
    saving.value = true
    try {
      await parts.save(values)
      saved.value = true
      return true
    } catch (error) {
      const refused = refusedFields(error, parts.serverNames ?? {})
      errors.value = refused
      if (Object.keys(refused).length === 0) problem.value = sentenceOf(error)
      tries.value += 1
      return false
    } finally {
      saving.value = false
    }
  }

  function reset(next: V) {
    Object.assign(values, next)
    errors.value = {}
    problem.value = ''
    saved.value = false
  }

  return { values, errors, problem, saving, saved, tries, submit, reset }
}

/** The server's field sentences under the names of the form; `detail` and the like of other refusals are not fields. */
export function refusedFields(error: unknown, names: Record<string, string>): FieldErrors {
  if (!(error instanceof ApiError) || error.status !== 422) return {}
  return Object.fromEntries(Object.entries(error.fields).map(([field, sentence]) => [names[field] ?? field, sentence]))
}
