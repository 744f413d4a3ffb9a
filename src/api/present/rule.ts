import { publicId } from '../../model/ids.ts'
import { ruleWords } from '../../model/rule.ts'
import type { UserRule } from '../../model/rule.ts'
import type { Rule } from '../objects.ts'
import { rfc3339 } from '../time.ts'

/** A rule as clients see it. */
export function ruleOf(rule: UserRule): Rule {
  const { id, scope, kind, value, action, stream, origin, at, rev } = rule
  return { id: publicId('rule', id), scope, ...(kind === '' ? {} : { kind }), value, action, stream, origin, text: ruleWords(rule), at: rfc3339(at), rev }
}
