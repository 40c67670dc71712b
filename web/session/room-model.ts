/** What is known about the Session right now: people, publications, slots, chat, hands. Changed only by the server's messages. */
import { computed, reactive } from '@vue/reactivity'
import type {
  ChatLine,
  LineStep,
  ParticipantId,
  ParticipantView,
  PublicationId,
  PublicationView,
  RecordingLight,
  RecordingSwitch,
  ServerMessage,
  SlotView,
  Source,
  Welcome,
} from '@/protocol/signaling'
import { CheckInModel } from './check-in-model'
import { PlacesModel } from './places-model'
import { PollModel } from './poll-model'

export interface RoomState {
  /** 0 before the first welcome. */
  you: ParticipantId
  title: string
  startedMs: number
  /** The server's clock minus ours, so that minutes agree with the attendance record. */
  clockOffset: number
  participants: Map<ParticipantId, ParticipantView>
  publications: Map<PublicationId, PublicationView>
  slots: SlotView[]
  chat: ChatLine[]
  /** Lines that came while the chat was not looked at. */
  unread: number
  /** How many there are while the roster is still on its way; `null` once it is whole. */
  expected: number | null
  /** Who is heard now, the loudest first. */
  speakers: ParticipantId[]
  /** Whom the host shows to everybody. */
  spotlight: ParticipantId | null
  /** 4 good … 1 bad, 0 no media. Told to hosts only. */
  bars: Map<ParticipantId, number>
  /** How far the server stepped down for this line, and what it believes the line carries. */
  step: LineStep
  estimateKbps: number | null
  /** Since when, by our clock, the server cannot write down who comes and goes. Told to hosts only. */
  unwrittenSince: number | null
  recording: RecordingSwitch
  /** What of it is on disk. Told to hosts only. */
  recordingLight: RecordingLight | null
}

/** The server keeps 200; a page that stays open all afternoon keeps somewhat more, not everything. */
const CHAT_KEPT = 500

export class RoomModel {
  readonly state: RoomState = reactive({
    you: 0,
    title: '',
    startedMs: 0,
    clockOffset: 0,
    participants: new Map(),
    publications: new Map(),
    slots: [],
    chat: [],
    unread: 0,
    expected: null,
    speakers: [],
    spotlight: null,
    bars: new Map(),
    step: 'full',
    estimateKbps: null,
    unwrittenSince: null,
    recording: 'off',
    recordingLight: null,
  })

  readonly checkIns = new CheckInModel()
  readonly places = new PlacesModel()
  readonly polls = new PollModel()

  /** The roster and the chat of a welcome come in pieces; what was known stays shown until they are whole. */
  private arriving: Map<ParticipantId, ParticipantView> | null = null
  private history: ChatLine[] | null = null

  readonly me = computed(() => this.state.participants.get(this.state.you) ?? null)
  readonly isHost = computed(() => this.me.value?.role === 'host')
  readonly mayPublish = computed(() => this.me.value?.may_publish ?? false)
  readonly handRaised = computed(() => this.me.value?.hand_raised_ms != null)

  /** People, not machines: a WHIP encoder is nobody's attendance. */
  readonly people = computed(() =>
    Array.from(this.state.participants.values())
      .filter((one) => one.kind !== 'encoder' && one.kind !== 'player')
      .sort((a, b) => rank(a) - rank(b) || a.joined_ms - b.joined_ms || a.id - b.id),
  )
  /** A Classroom counts the people seated in it, not itself. */
  readonly present = computed(
    () =>
      this.state.expected ??
      this.people.value.reduce((sum, one) => sum + (one.kind === 'classroom' ? one.seated : one.connected ? 1 : 0), 0) +
        (this.places.of('site')?.seated ?? 0),
  )

  /** Raised hands, longest waiting first. */
  readonly hands = computed(() =>
    this.people.value
      .filter((one) => one.hand_raised_ms !== null)
      .sort((a, b) => (a.hand_raised_ms ?? 0) - (b.hand_raised_ms ?? 0) || a.id - b.id),
  )

  /** Viewers who were let on. */
  readonly speakers = computed(() => this.people.value.filter((one) => one.role === 'viewer' && one.may_publish))

  /** Whether something of theirs can be heard or seen now; whoever was let on may also be silent. */
  isOnAir(participant: ParticipantId): boolean {
    return Array.from(this.state.publications.values()).some((one) => one.participant === participant && !one.muted)
  }

  readonly mine = computed(() => Array.from(this.state.publications.values()).filter((one) => one.participant === this.state.you))

  welcome(welcome: Welcome, now: number): void {
    const { state } = this
    state.you = welcome.you
    state.title = welcome.session.title
    state.startedMs = welcome.session.started_ms
    state.clockOffset = welcome.now_ms - now
    state.publications = new Map(welcome.publications.map((one) => [one.id, one]))
    // A Peer that goes on shows what it showed; whoever has to make a new one is told anew.
    if (!welcome.resumed) state.slots = []
    state.expected = welcome.people
    state.speakers = []
    state.spotlight = welcome.session.spotlight
    state.recording = welcome.session.recording
    state.recordingLight = null
    state.bars = new Map()
    state.step = 'full'
    state.estimateKbps = null
    // Coming in is itself written down.
    state.unwrittenSince = null
    this.arriving = new Map()
    this.history = []
    this.checkIns.welcome()
    this.polls.welcome()
    this.places.welcome(welcome.resumed)
  }

  apply(message: ServerMessage): void {
    const { state } = this
    this.checkIns.apply(message)
    this.polls.apply(message)
    this.places.apply(message)
    switch (message.type) {
      case 'roster':
        this.rosterPiece(message.participants, message.last)
        break
      case 'chat_history':
        this.historyPiece(message.lines, message.last)
        break
      case 'participant_joined':
      case 'participant_changed':
        state.participants.set(message.participant.id, message.participant)
        this.arriving?.set(message.participant.id, message.participant)
        break
      case 'participant_left':
        state.participants.delete(message.participant)
        this.arriving?.delete(message.participant)
        state.bars.delete(message.participant)
        for (const one of Array.from(state.publications.values())) {
          if (one.participant === message.participant) state.publications.delete(one.id)
        }
        break
      case 'publication_added':
      case 'publication_changed':
        state.publications.set(message.publication.id, message.publication)
        break
      case 'publication_removed':
        state.publications.delete(message.publication)
        break
      case 'slots':
        state.slots = message.slots
        break
      case 'chat':
        this.chatLine(message.line)
        break
      case 'speakers':
        state.speakers = message.speakers
        break
      case 'spotlight':
        state.spotlight = message.participant
        break
      case 'recording':
        state.recording = message.state
        break
      case 'recording_light':
        state.recordingLight = message.light
        break
      case 'lines':
        for (const one of message.lines) state.bars.set(one.participant, one.bars)
        break
      case 'ledger':
        state.unwrittenSince = message.written ? null : message.since_ms - state.clockOffset
        break
      case 'your_line':
        state.step = message.step
        state.estimateKbps = message.estimate_kbps
        break
      default:
        break
    }
  }

  publication(participant: ParticipantId, source: Source): PublicationView | undefined {
    for (const one of this.state.publications.values()) {
      if (one.participant === participant && one.source === source) return one
    }
    return undefined
  }

  slot(mid: string): SlotView | undefined {
    return this.state.slots.find((one) => one.mid === mid)
  }

  private rosterPiece(participants: ParticipantView[], last: boolean): void {
    const arriving = (this.arriving ??= new Map())
    for (const one of participants) arriving.set(one.id, one)
    if (!last) return
    this.state.participants = arriving
    this.state.expected = null
    this.arriving = null
  }

  private historyPiece(lines: ChatLine[], last: boolean): void {
    const { state } = this
    const history = (this.history ??= [])
    history.push(...lines)
    if (!last) return
    const known = state.chat.length > 0 ? (state.chat[state.chat.length - 1]?.seq ?? -1) : Infinity
    state.unread += history.filter((line) => line.seq > known && line.participant !== state.you).length
    state.chat = history
    this.history = null
  }

  private chatLine(line: ChatLine): void {
    const { state } = this
    // A line may come twice around a resume: once in the history, once by itself.
    if (state.chat.some((one) => one.seq === line.seq)) return
    state.chat.push(line)
    if (state.chat.length > CHAT_KEPT) state.chat.splice(0, state.chat.length - CHAT_KEPT)
    if (line.participant !== state.you) state.unread += 1
  }
}

const rank = (one: ParticipantView) => (one.role === 'host' ? 0 : one.role === 'presenter' ? 1 : one.may_publish ? 2 : 3)
