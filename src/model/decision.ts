export type Folder = 'inbox' | 'other'

export type Rule = 'blocked' | 'rule' | 'list' | 'automatic' | 'friend' | 'friend-of-friend' | 'you-wrote-first' | 'unproven' | 'unknown' | 'moved'

/** Why something is where it is: the rule that matched, in words, and what it rests on. */
export type Because = { rule: Rule, text: string, evidence: string[] }

export type Decision = { folder: Folder, because: Because }

/** Why a message goes out this way. */
export type ChoiceBecause = { rule: 'asked' | 'sticky' | 'present' | 'last-channel' | 'only-way' | 'cheapest' | 'quickest' | 'reaches', text: string, evidence: string[] }
