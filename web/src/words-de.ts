/** All words of the page in German, by area. */
export const words = import.meta.glob<Record<string, unknown>>('./words/de/*.json', { eager: true, import: 'default' })
