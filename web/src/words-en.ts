/** All words of the page in English, by area. */
export const words = import.meta.glob<Record<string, unknown>>('./words/en/*.json', { eager: true, import: 'default' })
