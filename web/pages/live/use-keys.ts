/** Single-key commands of the live room, off while typing, in a dialog, or with a modifier held. */
import { onScopeDispose } from 'vue'

export function useKeys(commands: Record<string, () => void>): void {
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return
    if (isTyping(event.target) || document.querySelector('dialog[open]')) return
    const command = commands[event.key.toLowerCase()]
    if (!command) return
    event.preventDefault()
    command()
  }
  window.addEventListener('keydown', onKey)
  onScopeDispose(() => window.removeEventListener('keydown', onKey))
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}
