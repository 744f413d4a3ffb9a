const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** `1.2 MB`, as the language writes it. */
export function sizeWords(bytes: number, language: string): string {
  let size = bytes
  let unit = 0
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  return new Intl.NumberFormat(language, { style: 'unit', unit: units[unit]!, unitDisplay: unit === 0 ? 'long' : 'short', maximumFractionDigits: size < 10 && unit > 0 ? 1 : 0 }).format(size)
}
