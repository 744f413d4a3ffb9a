import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import t from 'tap'

const web = join(import.meta.dirname, '../../web/src')
const languages = readdirSync(join(web, 'words'))

type Words = { [key: string]: string | Words }

/** Every key of a language with its words, as `area.key`. */
function wordsOf(language: string): Map<string, string> {
  const folder = join(web, 'words', language)
  const flat = (words: Words, at: string): [string, string][] => Object.entries(words).flatMap(([key, value]) => typeof value === 'string' ? [[`${at}.${key}`, value] as [string, string]] : flat(value, `${at}.${key}`))
  return new Map(readdirSync(folder).flatMap((file) => flat(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Words, basename(file, '.json'))))
}

const sources = readdirSync(web, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name)).map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
const english = wordsOf('en')
/** A plural stands under its key and the category (i18next, JSON format v4). */
const stem = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, '')

t.test('every language has the same words, with the same places to fill in', async (t) => {
  t.same(languages.includes('en') && languages.length > 1, true)
  const places = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map(([, name]) => name).sort()
  for (const language of languages) {
    const words = wordsOf(language)
    t.same([...words.keys()].map(stem).filter((key) => ![...english.keys()].map(stem).includes(key)), [], `${language} has no words of its own`)
    t.same([...english.keys()].map(stem).filter((key) => ![...words.keys()].map(stem).includes(key)), [], `${language} lacks none`)
    const wrong = [...words].flatMap(([key, text]) => {
      const other = english.get(key)
      // A language may leave a number out of its singular.
      const filled = other === undefined || stem(key) !== key || places(text).join() === places(other).join()
      return [...filled ? [] : [`${key}: not the same places to fill in`], ...text.trim() === text && text !== '' ? [] : [`${key}: space around`]]
    })
    t.same(wrong, [], language)
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories
    const plurals = [...new Set([...words.keys()].filter((key) => stem(key) !== key).map(stem))]
    t.same(plurals.flatMap((key) => categories.filter((one) => !words.has(`${key}_${one}`)).map((one) => `${key}_${one}`)), [], `${language}: every plural`)
  }
})

t.test('every word that the page asks for is there', async (t) => {
  const asked = new Set(sources.flatMap((source) => [...source.matchAll(/\bt\('([a-z][\w.-]*)'/gi), ...source.matchAll(/\b(?:does|words): '([\w.-]+\.[\w.-]+)'/g)].map(([, key]) => key!)))
  t.same([...asked].filter((key) => !english.has(key) && !english.has(`${key}_other`)), [])
  t.equal(asked.size > 50, true)
})

t.test('no side of the page is left or right, and its styles take nothing from elsewhere', async (t) => {
  const styles = readdirSync(web, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name.endsWith('.css') && entry.name !== 'tokens.css')
  for (const { parentPath, name } of styles) {
    const text = readFileSync(join(parentPath, name), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
    t.same(text.match(/(?:margin|padding|border|inset)-(?:left|right)\b|(?:^|[;{\s])(?:left|right)\s*:|text-align:\s*(?:left|right)|float:\s*(?:left|right)/g), null, `${name}: written for both directions`)
    t.same(text.match(/url\(\s*['"]?https?:/g), null, `${name}: nothing from elsewhere`)
  }
})
