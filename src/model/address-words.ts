/** What an address of a kind looks like, for whoever wrote one that is none. Kinds that only a connector knows have no words of ours. */
const looks: Record<string, string> = {
  phone: 'is not a phone number: write it with its country code, like +4915112345678',
  email: 'is not an e-mail address: write it alone, like name@example.org'
}

/** Says that a text is no address of its kind, and how one is written. */
export function notAnAddress(kind: string, text: string): string {
  return `"${text.slice(0, 100)}" ${looks[kind] ?? `is not an address of the kind "${kind.slice(0, 40)}"`}`
}
