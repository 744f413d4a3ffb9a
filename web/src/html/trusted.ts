type Policy = { createHTML(text: string): string }
type Types = { createPolicy(name: string, rules: Policy): Policy }

/** The page's own Trusted Types policy: the only text that it may turn into a document is that of a mail's frame (document.ts). */
const policy: Policy | undefined = (globalThis as { trustedTypes?: Types }).trustedTypes?.createPolicy('kinbox', { createHTML: (text) => text })

/** Puts the document of a mail into its frame. */
export function fill(frame: HTMLIFrameElement, document: string): void {
  frame.srcdoc = policy?.createHTML(document) ?? document
}
