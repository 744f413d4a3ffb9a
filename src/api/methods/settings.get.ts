import Type from 'typebox'
import { settingsOf } from '../../store/settings.ts'
import { method } from '../method.ts'
import { Settings } from '../objects.ts'
import { settingsExample } from '../examples.ts'

export const settingsGet = method({
  name: 'settings.get',
  summary: 'What the user has set for themselves.',
  params: Type.Object({}),
  result: Settings,
  errors: [],
  example: { params: {}, result: settingsExample },
  handle: ({ store, userId }) => store.read((tx) => settingsOf(tx, userId))
})
