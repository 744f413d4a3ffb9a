/** The kind of an address that somebody typed, for a new conversation; null: it cannot be told yet. */
export function kindOfAddress(text: string): 'email' | 'phone' | null {
  const written = text.trim()
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(written)) return 'email'
  return /^\+[0-9 ()/.-]{6,24}$/.test(written) && written.replace(/\D/g, '').length >= 7 ? 'phone' : null
}
