import { describe, expect, it } from 'vitest'
import { factsOf, ownFacts } from './line-facts'
import type { LineDetails } from '@/protocol/signaling'

const details: LineDetails = {
  estimate_kbps: 1234, sent_kbps: 640, received_kbps: 0, loss_percent: 4.26, uplink_loss_percent: 0, round_trip_ms: null, step: 'reduced', mode: 'auto',
  layers: [{ source: 'screen', participant: 1, layer: 'high' }, { source: 'camera', participant: 3, layer: null }],
  freezes: 2, freeze_ms: 1540, concealed_permille: 0, transport: 'tcp',
}
const value = (facts: { name: string; value: string }[], name: string) => facts.find((one) => one.name === name)?.value

describe('a line in words', () => {
  it('says_numbers_with_their_units_and_unknown_as_unknown', () => {
    const facts = factsOf(details, (id) => (id === 1 ? '周文澜' : '林雨桐'))
    expect(value(facts, '带宽估计')).toBe('1.2 兆比特/秒')
    expect(value(facts, '送达速率')).toBe('640 千比特/秒')
    expect(value(facts, '下行丢包')).toBe('4.3 %')
    expect(value(facts, '往返时延')).toBe('还没有数字')
    expect(value(facts, '清晰度')).toBe('周文澜课件 高清、林雨桐画面 暂停')
    expect(value(facts, '卡顿')).toBe('2 次，共 1.5 秒')
    expect(facts.find((one) => one.name === '下行丢包')?.look).toBe('warn')
  })

  it('a_choice_is_told_only_where_there_is_one', () => {
    expect(value(factsOf(details, String), '画质选择')).toBeUndefined()
    expect(value(factsOf({ ...details, mode: 'saving' }, String), '画质选择')).toBe('省流模式')
  })

  it('who_watches_the_plain_stream_has_no_path_with_figures', () => {
    const facts = factsOf({ ...details, transport: 'hls' }, String)
    expect(facts.map((one) => one.value)).toEqual(['普通播放（HLS）', '约 7 秒', '2 次，共 1.5 秒'])
    const own = ownFacts({ transport: 'hls', estimateKbps: null, sample: null, step: 'full', mode: 'sound_only' })
    expect(value(own, '通道')).toBe('普通播放（HLS）')
    expect(value(own, '画质选择')).toBe('仅语音')
    expect(value(own, '丢包')).toBeUndefined()
  })

  it('ones_own_line_says_that_it_goes_over_tcp', () => {
    const own = ownFacts({ transport: 'tcp', estimateKbps: null, sample: null, step: 'full', mode: 'auto' })
    expect(value(own, '通道')).toBe('正在通过 TCP 连接')
    expect(value(own, '丢包')).toBe('还没有数字')
  })
})
