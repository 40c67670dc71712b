/** Two notes, for whoever asks whether the loudspeaker works. */
const NOTES = [523.25, 783.99]
const NOTE_S = 0.6

export async function chime(): Promise<void> {
  const context = new AudioContext()
  try {
    await context.resume()
    NOTES.forEach((pitch, n) => {
      const at = context.currentTime + n * NOTE_S
      const volume = context.createGain()
      volume.gain.setValueAtTime(0, at)
      volume.gain.linearRampToValueAtTime(0.4, at + 0.03)
      volume.gain.linearRampToValueAtTime(0, at + NOTE_S)
      volume.connect(context.destination)
      const note = context.createOscillator()
      note.frequency.value = pitch
      note.connect(volume)
      note.start(at)
      note.stop(at + NOTE_S)
    })
    await new Promise((resolve) => setTimeout(resolve, NOTES.length * NOTE_S * 1000 + 100))
  } finally {
    void context.close()
  }
}
