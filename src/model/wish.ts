/** Which ways of reaching somebody are meant; each part narrows. */
export type Wish = { accountId?: number, channel?: string, address?: string }
