import { afterEach, expect, it } from 'vitest'
import { serverNow, setServerClock } from './server-clock'

afterEach(() => setServerClock(new Date().toUTCString(), Date.now()))
const off = () => serverNow() - Date.now()

it('follows_the_server_when_the_phone_is_an_hour_off', () => {
  setServerClock(new Date(Date.now() + 3_600_000).toUTCString(), Date.now())
  expect(Math.abs(off() - 3_600_000)).toBeLessThan(2_000)
})
it('a_second_is_no_difference_and_no_header_changes_nothing', () => {
  setServerClock(new Date(Date.now() - 1_000).toUTCString(), Date.now())
  expect(Math.abs(off())).toBeLessThan(5)
  setServerClock(null, Date.now())
  setServerClock('soon', Date.now())
  expect(Math.abs(off())).toBeLessThan(5)
})
