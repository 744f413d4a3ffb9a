import Type from 'typebox'
import { idOf } from '../find.ts'
import { method } from '../method.ts'
import { Id } from '../objects.ts'

export const outboxResolve = method({
  name: 'outbox.resolve',
  summary: 'The user\'s word on an attempt that is uncertain: it arrived (sent), it is let go (failed), or it goes out again with the same ids (retry), even if it then arrives twice.',
  params: Type.Object({ attemptId: Id, outcome: Type.Enum(['sent', 'failed', 'retry']) }),
  result: Type.Object({}),
  errors: ['not_found', 'conflict'],
  example: { params: { attemptId: 'x5', outcome: 'retry' }, result: {} },
  orderBy: ({ attemptId }) => attemptId,
  async handle({ userId, rooms }, { attemptId, outcome }) {
    await rooms.resolve(userId, idOf('attempt', attemptId), outcome)
    return {}
  }
})
