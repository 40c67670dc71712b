/** Two notes of our own making: nothing is downloaded, and it sounds the same everywhere. */
const RISING = [523.25, 783.99]
const NOTE_S = 0.6
/** To call somebody: the two notes three times over, quicker than when one only listens whether the loudspeaker works. */
const CALLING = [...RISING, ...RISING, ...RISING]
const CALLING_NOTE_S = 0.28

/** For whoever asks whether the loudspeaker works. */
export const chime = () => play(RISING, NOTE_S)

/** For whoever is asked to answer now. Silent where the browser allows no sound yet. */
export async function call(): Promise<void> {
  try {
    await play(CALLING, CALLING_NOTE_S)
  } catch {
    // No loudspeaker, no permission: the page also says it in words.
  }
}

async function play(notes: number[], seconds: number): Promise<void> {
  const context = new AudioContext()
  try {
    // Without a tap before it a browser may leave this open for ever.
    await Promise.race([context.resume(), later(1_000)])
    if (context.state !== 'running') return
    notes.forEach((pitch, n) => {
      const at = context.currentTime + n * seconds
      const volume = context.createGain()
      volume.gain.setValueAtTime(0, at)
      volume.gain.linearRampToValueAtTime(0.4, at + 0.03)
      volume.gain.linearRampToValueAtTime(0, at + seconds)
      volume.connect(context.destination)
      const note = context.createOscillator()
      note.frequency.value = pitch
      note.connect(volume)
      note.start(at)
      note.stop(at + seconds)
    })
    await later(notes.length * seconds * 1000 + 100)
  } finally {
    void context.close()
  }
}

const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
