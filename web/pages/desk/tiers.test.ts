import { expect, test } from 'vitest'
import { tiersFor } from './tiers'

const office = (path: string) => ({ role: 'office' as const, region_scope: { id: 'r', name: '', path } })

test('an office is offered the tiers up to its own, an admin all', () => {
  const values = (account: Parameters<typeof tiersFor>[0]) => tiersFor(account).map((one) => one.value)
  expect(values(office('浙江省 / 杭州市 / 淳安县'))).toEqual(['county'])
  expect(values(office('浙江省 / 杭州市'))).toEqual(['city', 'county'])
  expect(values(office('浙江省'))).toEqual(['province', 'city', 'county'])
  expect(values({ role: 'admin', region_scope: null })).toEqual(['province', 'city', 'county'])
})
