/** What the library is narrowed to: it stands in the address, so that a found list can be sent to a colleague. Pure. */

const NAMES = ['search', 'subject', 'stage', 'kind', 'selection', 'studio'] as const
export type Filters = Record<(typeof NAMES)[number], string>

export function filtersOf(query: Record<string, unknown>): Filters {
  return Object.fromEntries(NAMES.map((name) => [name, typeof query[name] === 'string' ? query[name] : ''])) as Filters
}

export function queryOf(filters: Filters): Record<string, string> {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== ''))
}
