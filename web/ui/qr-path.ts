/** The modules of a QR code as one SVG path: a stroke-free run of squares per line, so that no hairlines show between them. */
export function qrPath(modules: readonly (readonly boolean[])[]): string {
  const parts: string[] = []
  modules.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      if (!row[x]) continue
      const from = x
      while (row[x + 1]) x += 1
      parts.push(`M${from} ${y}h${x + 1 - from}v1H${from}z`)
    }
  })
  return parts.join('')
}
