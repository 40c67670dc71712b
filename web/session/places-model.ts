/** Who sits where: the Classrooms and the site of a Session with their seats. Told to hosts, and to a Classroom of itself. */
import { computed, reactive } from '@vue/reactivity'
import type { PlaceView, SeatView, ServerMessage } from '@/protocol/signaling'

export interface Place extends PlaceView {
  seats: SeatView[]
}

export class PlacesModel {
  readonly state: { places: Map<string, Place> } = reactive({ places: new Map() })

  /** Seats of a place come in pieces; what was known stays shown until they are whole. */
  private readonly arriving = new Map<string, Map<number, SeatView>>()

  /** By school and name, the site last. */
  readonly all = computed(() =>
    Array.from(this.state.places.values()).sort(
      (a, b) => Number(a.id === 'site') - Number(b.id === 'site') || (a.school ?? '').localeCompare(b.school ?? '', 'zh') || a.name.localeCompare(b.name, 'zh'),
    ),
  )

  welcome(resumed: boolean): void {
    this.arriving.clear()
    if (!resumed) this.state.places = new Map()
  }

  of(id: string): Place | undefined {
    return this.state.places.get(id)
  }

  apply(message: ServerMessage): void {
    switch (message.type) {
      case 'place':
        this.state.places.set(message.place.id, { ...message.place, seats: this.of(message.place.id)?.seats ?? [] })
        break
      case 'seats':
        this.piece(message.place, message.seats, message.last)
        break
      case 'seat_taken':
        this.arriving.get(message.place)?.set(message.seat.number, message.seat)
        this.change(message.place, (seats) => [...seats.filter((one) => one.number !== message.seat.number), message.seat])
        break
      case 'seat_left':
        this.arriving.get(message.place)?.delete(message.number)
        this.change(message.place, (seats) => seats.filter((one) => one.number !== message.number))
        break
      default:
        break
    }
  }

  private piece(id: string, seats: SeatView[], last: boolean): void {
    const arriving = this.arriving.get(id) ?? new Map<number, SeatView>()
    this.arriving.set(id, arriving)
    for (const seat of seats) arriving.set(seat.number, seat)
    if (!last) return
    this.arriving.delete(id)
    this.change(id, () => Array.from(arriving.values()))
  }

  private change(id: string, to: (seats: SeatView[]) => SeatView[]): void {
    const place = this.of(id)
    if (!place) return
    place.seats = to(place.seats).sort((a, b) => a.number - b.number)
    place.seated = place.seats.length
  }
}
