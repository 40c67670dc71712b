/** What an account needs, in the words of the server's own rules. */
import { admin } from '@/locale/zh-CN/admin'
import { desk } from '@/locale/zh-CN/desk'
import type { FieldErrors } from '@/pages/desk/form'
import type { AccountRole } from '@/pages/desk/shapes'

export interface AccountFields { name: string; login_name: string; password: string; role: AccountRole; school: string; region_scope: string; title: string; subject: string }

/** An account that is there already keeps its login name, and its password where none is typed. */
export function checkAccount(fields: AccountFields, isNew = true): FieldErrors {
  const w = admin
  const errors: FieldErrors = {}
  if (fields.name.trim() === '') errors.name = desk.form.required(w.name)
  else if (Array.from(fields.name.trim()).length > 30) errors.name = desk.form.tooLong(w.name, 30)
  if (isNew && !/^[a-z0-9._-]{3,32}$/.test(fields.login_name)) errors.login_name = w.loginWrong
  if ((isNew || fields.password !== '') && Array.from(fields.password).length < 8) errors.password = w.passwordShort
  if (fields.role === 'teacher' && fields.school === '') errors.school = desk.form.choose(w.school)
  if (fields.role === 'office' && fields.region_scope === '') errors.region_scope = desk.form.choose(w.scope)
  return errors
}
