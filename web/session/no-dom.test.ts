/** The session modules know no page: they could run in a worker, and their tests need no browser. */
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const here = fileURLToPath(new URL('.', import.meta.url))
const modules = readdirSync(here).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))

it.each(modules)('%s_knows_no_page', (name) => {
  const text = readFileSync(here + name, 'utf8')
  expect(text).not.toMatch(/\b(document|window|localStorage|sessionStorage)\.|\bHTML\w*Element\b/)
  expect(text).not.toMatch(/from '(vue|@\/pages|@\/ui|@\/locale)/)
})
