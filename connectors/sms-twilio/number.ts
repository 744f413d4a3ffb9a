import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max'

/**
 * E.164 (`+4915112345678`) of a phone number as people or networks write it, or null where the text is none: words, short
 * codes, extensions, another network's prefix ("whatsapp:+…"). Written with + any possible number counts, since numbering plans grow
 * faster than libraries; written without, it needs `region` and must be a valid number there.
 */
export function canonicalNumber(text: string, region: string | null): string | null {
  if (text.length > 40 || !/^[+(]?[0-9 ()./\u00a0-]+$/.test(text)) return null
  const found = parsePhoneNumberFromString(text, { extract: false, ...(region ? { defaultCountry: region as CountryCode } : {}) })
  if (!found || found.ext) return null
  return (text.startsWith('+') ? found.isPossible() : found.isValid()) ? found.number : null
}

/** ISO 3166 country of an E.164 number; null where several or none fit. */
export function countryOf(number: string): string | null {
  return parsePhoneNumberFromString(number, { extract: false })?.country ?? null
}
