/** What an upload is called: only a name, no path, no control characters, nothing that turns its writing round or is not seen. Never empty. */
export function uploadName(text: string): string {
  const last = text.split(/[/\\]/).at(-1)!.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, '').trim()
  return last.slice(0, 200) || 'file'
}
