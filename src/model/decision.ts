export type Folder = 'inbox' | 'other'

export type Rule = 'blocked' | 'rule' | 'list' | 'automatic' | 'friend' | 'friend-of-friend' | 'you-wrote-first' | 'unproven' | 'unknown' | 'moved' | 'kinbox'

/** Why something is where it is: the rule that matched, in words, and what it rests on. `version`: of the user's rules then; absent: there were none. */
export type Because = { rule: Rule, text: string, evidence: string[], version?: number }

/** Where something goes. `blockedAt` (ms): it is hidden, since then. `stream`: the part of Other that it lies in; null: among people. */
export type Decision = { folder: Folder, because: Because, blockedAt: number | null, stream: string | null }

/** Whether somebody waits in the screener: nothing speaks for them yet, and the user has not said anything. */
export function waits({ folder, because }: Pick<Decision, 'folder' | 'because'>): boolean {
  return folder === 'other' && (because.rule === 'unknown' || because.rule === 'unproven')
}

/** Why a message goes out this way. */
export type ChoiceBecause = { rule: 'asked' | 'sticky' | 'present' | 'last-channel' | 'only-way' | 'cheapest' | 'quickest' | 'reaches', text: string, evidence: string[] }
