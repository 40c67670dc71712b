// Generated from signaling/src/protocol by `UPDATE_TYPES=1 cargo test -p lectern-signaling types`. Do not edit.

export const PROTOCOL_VERSION = 1;
export const MAX_FRAME_BYTES = 65536;
export const MAX_CHAT_CHARS = 500;
export const RESUME_WITHIN_SECONDS = 120;
export const MAX_REASON_CHARS = 200;
export const MAX_HEADCOUNT = 2000;
export const MAX_QUESTION_CHARS = 120;
export const MAX_OPTION_CHARS = 40;
export const MIN_OPTIONS = 2;
export const MAX_OPTIONS = 6;
export const SITE = "site";

/** Why the server closed the websocket. */
export const CloseCode = {
  Normal: 1000,
  ServiceRestart: 1012,
  ProtocolError: 4001,
  HelloRefused: 4003,
  SlowConsumer: 4008,
  Removed: 4009,
  SessionEnded: 4010,
  Replaced: 4011,
  Idle: 4012,
} as const;

/**
 * One Participant in one Session; 1, 2, 3 … in order of arrival, never used again within the Session.
 */
export type ParticipantId = number;

/**
 * One Publication in one Session; never used again within the Session.
 */
export type PublicationId = number;

/**
 * What a Publication carries.
 */
export type Source = "microphone" | "camera" | "screen" | "screen_audio";

/**
 * Whether the Session is recorded.
 */
export type RecordingSwitch = "off" | "on" | "paused";

export type RecordingTrouble = "not_written" | "no_room" | "disk" | "too_slow" | "low_room";

/**
 * What of the Recording is on disk.
 */
export type RecordingLight = { bytes: number,
/**
 * Since something was written last; `null` before the first time.
 */
written_ms_ago: number | null,
/**
 * Why nothing is written while something should be, or soon will not be.
 */
trouble: RecordingTrouble | null, };

/**
 * A simulcast layer: `low` is the quarter, `mid` the half, `high` the full picture. A Track without simulcast is `high`.
 */
export type LayerName = "low" | "mid" | "high";

/**
 * How a Participant came in.
 */
export type ParticipantKind = "account" | "guest" | "classroom" | "encoder" | "player";

/**
 * What a Participant may do in this Session.
 */
export type SessionRole = "host" | "presenter" | "viewer";

/**
 * How much of the line a person wants to spend.
 */
export type LineMode = "auto" | "saving" | "sound_only";

/**
 * How far the server had to step down for a receiver's line.
 */
export type LineStep = "full" | "reduced" | "screen_only" | "sound_only";

/**
 * What a Peer's media travels over.
 */
export type LineTransport = "udp" | "tcp" | "hls" | "none";

/**
 * What a check-in is for.
 */
export type CheckInPurpose = "roll" | "call" | "still_here";

/**
 * How a check-in is answered.
 */
export type CheckInMethod = "tap" | "code" | "qr";

/**
 * How the one who reads it stands to a check-in.
 */
export type CheckInStanding = "asked" | "answered" | "not_asked";

/**
 * One frame from a client. `id` is chosen by the client, rises within a Connection, and is echoed as `re` in the one
 * `ok`, `answer`, `pong`, `line_details`, `welcome` or `refused` that every frame gets.
 */
export type ClientFrame = { id: number, } & ({ "type": "hello", protocol: number, ticket: string, resume?: string, device?: string, } | { "type": "leave" } | { "type": "offer", sdp: string,
/**
 * It is of the Peer that was answered before. Where that Peer is gone it is refused with `peer_gone`, as nothing
 * could ever flow to a client that takes the new one for the old.
 */
continues?: boolean, } | { "type": "hls" } | { "type": "fetched", pieces: Array<FetchedPiece>, } | { "type": "publish", source: Source, mid: string, } | { "type": "unpublish", source: Source, } | { "type": "mute", source: Source, muted: boolean, } | { "type": "slots", slots: Array<SlotWish>, } | { "type": "chat", text: string, } | { "type": "raise_hand" } | { "type": "lower_hand" } | { "type": "admit", participant: ParticipantId, } | { "type": "dismiss", participant: ParticipantId, } | { "type": "mute_participant", participant: ParticipantId, source: Source, } | { "type": "mute_all" } | { "type": "remove", participant: ParticipantId, } | { "type": "end" } | { "type": "watching", visible: boolean, sound: boolean, } | { "type": "line_mode", mode: LineMode, } | { "type": "spotlight", participant: ParticipantId | null, } | { "type": "record", on: boolean, } | { "type": "mark", text: string, } | { "type": "line_report" } & LineReport | { "type": "line_details", participant: ParticipantId, } | { "type": "headcount", count: number, } | { "type": "strike", place: string, seat: number, reason: string, } | { "type": "seat_person", place: string, account: string, } | { "type": "open_check_in" } & OpenCheckIn | { "type": "extend_check_in", number: number, seconds: number, } | { "type": "close_check_in", number: number, } | { "type": "remind_check_in", number: number, } | { "type": "answer_for", number: number, participant: ParticipantId, } | { "type": "prompts", every_minutes: number | null, } | { "type": "answer_check_in", number: number, code?: string, } | { "type": "open_poll" } & OpenPoll | { "type": "answer_poll", number: number, choices: Array<number>, } | { "type": "close_poll", number: number, } | { "type": "put_away_poll", number: number, } | { "type": "ping" });

export type ClientMessage = { "type": "hello", protocol: number, ticket: string, resume?: string, device?: string, } | { "type": "leave" } | { "type": "offer", sdp: string,
/**
 * It is of the Peer that was answered before. Where that Peer is gone it is refused with `peer_gone`, as nothing
 * could ever flow to a client that takes the new one for the old.
 */
continues?: boolean, } | { "type": "hls" } | { "type": "fetched", pieces: Array<FetchedPiece>, } | { "type": "publish", source: Source, mid: string, } | { "type": "unpublish", source: Source, } | { "type": "mute", source: Source, muted: boolean, } | { "type": "slots", slots: Array<SlotWish>, } | { "type": "chat", text: string, } | { "type": "raise_hand" } | { "type": "lower_hand" } | { "type": "admit", participant: ParticipantId, } | { "type": "dismiss", participant: ParticipantId, } | { "type": "mute_participant", participant: ParticipantId, source: Source, } | { "type": "mute_all" } | { "type": "remove", participant: ParticipantId, } | { "type": "end" } | { "type": "watching", visible: boolean, sound: boolean, } | { "type": "line_mode", mode: LineMode, } | { "type": "spotlight", participant: ParticipantId | null, } | { "type": "record", on: boolean, } | { "type": "mark", text: string, } | { "type": "line_report" } & LineReport | { "type": "line_details", participant: ParticipantId, } | { "type": "headcount", count: number, } | { "type": "strike", place: string, seat: number, reason: string, } | { "type": "seat_person", place: string, account: string, } | { "type": "open_check_in" } & OpenCheckIn | { "type": "extend_check_in", number: number, seconds: number, } | { "type": "close_check_in", number: number, } | { "type": "remind_check_in", number: number, } | { "type": "answer_for", number: number, participant: ParticipantId, } | { "type": "prompts", every_minutes: number | null, } | { "type": "answer_check_in", number: number, code?: string, } | { "type": "open_poll" } & OpenPoll | { "type": "answer_poll", number: number, choices: Array<number>, } | { "type": "close_poll", number: number, } | { "type": "put_away_poll", number: number, } | { "type": "ping" };

/**
 * One segment of the live stream.
 */
export type FetchedPiece = { number: number,
/**
 * The eight bytes that it begins with, in hexadecimal digits.
 */
proof: string, };

/**
 * What a client wants in one video slot.
 */
export type SlotWish = { mid: string,
/**
 * `null`: the server chooses.
 */
show: SlotTarget | null,
/**
 * The largest layer worth sending, from the size on screen.
 */
max_layer: LayerName, };

export type SlotTarget = { participant: ParticipantId, source: Source, };

/**
 * What a page saw of its video and heard of its sound since its last report, over all slots.
 */
export type LineReport = {
/**
 * Times that a picture stood still.
 */
freezes: number,
/**
 * For how long, together.
 */
freeze_ms: number,
/**
 * Sound that was made up for what did not come, in thousandths of all samples.
 */
concealed_permille: number,
/**
 * Pictures a second of the slot that shows most.
 */
decoded_fps: number, };

export type OpenCheckIn = { purpose: CheckInPurpose,
/**
 * A `call` and `still_here` are answered by a tap.
 */
method: CheckInMethod,
/**
 * 30 to 600.
 */
seconds: number,
/**
 * How many a `call` draws, 1 to 20.
 */
count?: number,
/**
 * Asks only those who are seated in this place, such as `classroom:<id>`; `null`: everybody.
 */
place: string | null, };

export type OpenPoll = {
/**
 * 1 to 120 characters.
 */
question: string,
/**
 * 2 to 6 different ones of 1 to 40 characters.
 */
options: Array<string>,
/**
 * Everybody may choose more than one.
 */
several: boolean, };

/**
 * Times are milliseconds since 1970 UTC.
 */
export type ServerMessage = { "type": "welcome" } & Welcome | { "type": "roster", participants: Array<ParticipantView>,
/**
 * No more frames of the roster follow.
 */
last: boolean, } | { "type": "chat_history", lines: Array<ChatLine>,
/**
 * No more frames of the history follow.
 */
last: boolean, } | { "type": "ok", re: number, } | { "type": "answer", re: number, sdp: string, } | { "type": "hls", re: number,
/**
 * The playlist, relative to where the page is from.
 */
url: string,
/**
 * Ask again before.
 */
expires_ms: number, } | { "type": "refused" } & RefusalFrame | { "type": "pong", re: number, at_ms: number, } | { "type": "participant_joined", participant: ParticipantView, } | { "type": "participant_changed", participant: ParticipantView, } | { "type": "participant_left", participant: ParticipantId, } | { "type": "publication_added", publication: PublicationView, } | { "type": "publication_changed", publication: PublicationView, } | { "type": "publication_removed", publication: PublicationId, } | { "type": "slots", slots: Array<SlotView>, } | { "type": "chat", line: ChatLine, } | { "type": "speakers", speakers: Array<ParticipantId>, } | { "type": "spotlight", participant: ParticipantId | null, } | { "type": "recording", state: RecordingSwitch, } | { "type": "recording_light", light: RecordingLight, } | { "type": "your_line", step: LineStep, mode: LineMode,
/**
 * What the line carries towards you, as the server estimates it.
 */
estimate_kbps: number | null, } | { "type": "lines", lines: Array<LineBars>, } | { "type": "ledger", written: boolean, since_ms: number, } | { "type": "line_details", re: number, participant: ParticipantId, details: LineDetails, } | { "type": "place", place: PlaceView, } | { "type": "seats", place: string, seats: Array<SeatView>,
/**
 * No more frames of this place's seats follow.
 */
last: boolean, } | { "type": "seat_taken", place: string, seat: SeatView, } | { "type": "seat_left", place: string, number: number, cause: UnseatCause, } | { "type": "check_in", check_in: CheckIn | null, } | { "type": "check_in_reminder", number: number, } | { "type": "check_in_counts", number: number, answered: number, expected: number,
/**
 * The first 50, by school and name.
 */
missing: Array<MissingPerson>,
/**
 * The four digits to say or show, where they are asked for.
 */
code: string | null, } | { "type": "check_in_result", number: number, ordinal: number, purpose: CheckInPurpose, answered: number, expected: number,
/**
 * The first 50, by school and name.
 */
missing: Array<MissingPerson>, } | { "type": "prompts", every_minutes: number | null, } | { "type": "poll", poll: Poll | null, } | { "type": "poll_answered", number: number, choices: Array<number>, } | { "type": "poll_counts", number: number,
/**
 * Of each option.
 */
votes: Array<number>,
/**
 * How many people answered.
 */
answered: number,
/**
 * How many could: those who were here, hosts left out, and those who answered and have left since.
 */
present: number, } | { "type": "admitted" } | { "type": "dismissed" } | { "type": "muted_by_host", source: Source, } | { "type": "removed" } | { "type": "session_ended" } | { "type": "server_stopping" };

export type Welcome = { re: number, protocol: number, you: ParticipantId,
/**
 * Give this in `hello` to come back as the same Participant.
 */
resume: string, resume_within_s: number,
/**
 * True when this Connection continues an earlier one. The Peer and the Publications go on, unless they ended meanwhile.
 */
resumed: boolean, session: SessionView,
/**
 * How many are in the roster that follows.
 */
people: number, publications: Array<PublicationView>, now_ms: number, };

export type SessionView = { id: string, title: string, started_ms: number,
/**
 * Whom the host shows to everybody.
 */
spotlight: ParticipantId | null, recording: RecordingSwitch, };

export type ParticipantView = { id: ParticipantId, kind: ParticipantKind, role: SessionRole, name: string, school: string | null, rural: boolean,
/**
 * False while the Connection is away and may still resume.
 */
connected: boolean,
/**
 * May publish: hosts, presenters and admitted viewers.
 */
may_publish: boolean, hand_raised_ms: number | null, joined_ms: number,
/**
 * How many people are seated at this Classroom; 0 for everybody else.
 */
seated: number, };

/**
 * A place where people are checked in: a Classroom, or the site of the Activity.
 */
export type PlaceView = {
/**
 * `site`, or `classroom:` and the Classroom's id.
 */
id: string, name: string, school: string | null,
/**
 * The Classroom's device that is in the Room now, or may still resume.
 */
participant: ParticipantId | null,
/**
 * How many people were announced.
 */
expected: number | null,
/**
 * How many people somebody in charge counted there.
 */
headcount: number | null, seated: number, };

export type SeatView = {
/**
 * 1, 2, 3 … within the place, in order of arrival, never used again.
 */
number: number, name: string, school: string | null, rural: boolean,
/**
 * False where name and school were only typed.
 */
signed_in: boolean, at_ms: number, };

/**
 * Why a seat is empty again.
 */
export type UnseatCause = "asked" | "struck" | "classroom_left" | "classroom_closed" | "removed" | "session_ended" | "sheet";

export type PublicationView = { id: PublicationId, participant: ParticipantId, source: Source, muted: boolean, };

export type SlotView = { mid: string, publication: PublicationId | null, participant: ParticipantId | null, source: Source | null,
/**
 * The layer that flows now; `null` for audio and before the first key frame.
 */
layer: LayerName | null,
/**
 * It would flow, but the line does not carry it or your `line_mode` holds it back.
 */
paused: boolean, };

export type ChatLine = { seq: number, participant: ParticipantId, name: string, role: SessionRole, text: string, at_ms: number, };

export type LineBars = { participant: ParticipantId,
/**
 * 4 is good, 1 is bad, 0 is no media now.
 */
bars: number, };

/**
 * Everything that is known about a Participant's line. *Sent* is towards the Participant, *received* from it.
 */
export type LineDetails = { estimate_kbps: number | null, sent_kbps: number, received_kbps: number, loss_percent: number, uplink_loss_percent: number, round_trip_ms: number | null, step: LineStep, mode: LineMode,
/**
 * What flows into the video slots that show something.
 */
layers: Array<FlowingLayer>,
/**
 * Times that a picture stood still since the Participant came in, as its page says.
 */
freezes: number,
/**
 * For how long, together.
 */
freeze_ms: number,
/**
 * Of the page's last report.
 */
concealed_permille: number, transport: LineTransport, };

export type FlowingLayer = { source: Source,
/**
 * Whose picture it is.
 */
participant: ParticipantId, layer: LayerName | null, };

/**
 * The check-in that is open.
 */
export type CheckIn = {
/**
 * 1, 2, 3 … within the Session.
 */
number: number,
/**
 * 1, 2, 3 … among those of its purpose.
 */
ordinal: number, purpose: CheckInPurpose, method: CheckInMethod, place: string | null, opened_ms: number, closes_ms: number, you: CheckInStanding,
/**
 * Of a `call`: who was drawn, in the order of drawing.
 */
drawn: Array<DrawnPerson>, };

export type DrawnPerson = {
/**
 * `null` for somebody who is only seated.
 */
participant: ParticipantId | null, name: string, school: string | null, };

/**
 * Somebody who was asked and has not answered.
 */
export type MissingPerson = {
/**
 * `null` for somebody who is only seated.
 */
participant: ParticipantId | null, name: string, school: string | null,
/**
 * On the core roster of the Studio.
 */
core: boolean, };

/**
 * The poll that is open, or the last one while its result is shown. The same for everybody.
 */
export type Poll = {
/**
 * 1, 2, 3 … within the Session.
 */
number: number, question: string, options: Array<string>, several: boolean, opened_ms: number,
/**
 * `null` while it is open.
 */
result: PollResult | null, };

export type PollResult = { closed_ms: number,
/**
 * Of each option.
 */
votes: Array<number>,
/**
 * How many people answered.
 */
answered: number,
/**
 * How many could: those who were here, hosts left out, and those who answered and have left since.
 */
present: number, };

/**
 * How many chose what.
 */
export type PollCounts = {
/**
 * Of each option.
 */
votes: Array<number>,
/**
 * How many people answered.
 */
answered: number,
/**
 * How many could: those who were here, hosts left out, and those who answered and have left since.
 */
present: number, };

export type Refusal = "malformed" | "wrong_version" | "too_large" | "hello_first" | "already_here" | "ticket_expired" | "ticket_invalid" | "resume_expired" | "session_ended" | "removed_by_host" | "not_the_host" | "not_admitted" | "no_such_participant" | "no_such_publication" | "already_published" | "no_such_mid" | "offer_first" | "peer_gone" | "bad_offer" | "no_common_codec" | "webrtc_full" | "no_stream" | "not_recording" | "empty_chat" | "chat_too_long" | "too_fast" | "full" | "hand_already_raised" | "not_yourself" | "target_is_host" | "already_seated" | "no_such_place" | "classroom_away" | "no_such_seat" | "not_on_roster" | "not_a_classroom" | "count_too_large" | "reason_missing" | "check_in_open" | "no_check_in" | "nobody_to_ask" | "not_asked" | "wrong_code" | "too_many_codes" | "poll_open" | "no_poll" | "too_many_polls" | "poll_question" | "poll_options" | "poll_option_twice" | "poll_choice" | "not_a_voter" | "server_stopping" | "not_recorded";

/**
 * A refusal on its way to the client; `re` is absent when the frame's id could not be read.
 */
export type RefusalFrame = { re: number | null, code: Refusal,
/**
 * The sentence to show.
 */
sentence: string, };
