/** The person's choice of light, dark or the system's, kept in this browser; `public/theme.js` applies it before the first paint. */
import { ref } from 'vue'

export type ThemeChoice = 'light' | 'dark' | 'system'
const KEY = 'lectern-theme'

export const themeChoice = ref<ThemeChoice>(read())

export function chooseTheme(choice: ThemeChoice): void {
  themeChoice.value = choice
  try {
    if (choice === 'system') localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, choice)
  } catch {
    // A browser that keeps nothing still changes for this page.
  }
  const dark = choice === 'dark' || (choice === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-theme', dark ? 'dark' : 'light')
}

function read(): ThemeChoice {
  try {
    const kept = localStorage.getItem(KEY)
    return kept === 'light' || kept === 'dark' ? kept : 'system'
  } catch {
    return 'system'
  }
}
