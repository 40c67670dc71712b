import { encode } from 'uqr'
import { describe, expect, it } from 'vitest'
import { qrPath } from './qr-path'

describe('the path of a QR code', () => {
  it('is_one_run_per_row_of_dark_modules', () => expect(qrPath([[true, true, false, true], [false, false, false, false]])).toBe('M0 0h2v1H0zM3 0h1v1H3z'))
  it('covers_as_many_modules_as_are_dark', () => {
    const { data } = encode('https://example.com/s/abcdefgh', { ecc: 'M', border: 2 })
    const covered = Array.from(qrPath(data).matchAll(/h(\d+)/g)).reduce((sum, run) => sum + Number(run[1]), 0)
    expect(covered).toBe(data.flat().filter(Boolean).length)
  })
})
