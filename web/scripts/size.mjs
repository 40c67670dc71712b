// Fails when what a viewer downloads before video is over its budget: the entry, the live room, everything they import, and
// their styles. 150 kB gzip is a second and a quarter on a 1 Mbit/s line.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const BUDGET = 150_000
const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))
const files = new Set(['index.html', 'theme.js'])
const seen = new Set()

function add(key) {
  if (seen.has(key)) return
  seen.add(key)
  const chunk = manifest[key]
  if (!chunk) throw new Error(`no chunk ${key} in the manifest`)
  files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  for (const imported of chunk.imports ?? []) add(imported)
}

add('index.html')
add('pages/live/LivePage.vue')

let total = 0
for (const file of files) {
  const size = gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length
  total += size
  console.log(String(size).padStart(8), file)
}
console.log(String(total).padStart(8), `of ${BUDGET} bytes gzip`)
if (total > BUDGET) {
  console.error('The entry of the viewer is over its budget.')
  process.exit(1)
}
