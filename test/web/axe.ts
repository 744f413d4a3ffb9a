import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

type Finding = { id: string, impact: string, nodes: { html: string }[] }

/** What axe-core finds serious or critical on a page, in words. It runs beside the page's own scripts, so its policy is left as it is. */
export async function findings(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  await session.send('Page.enable')
  const { frameTree } = await session.send('Page.getFrameTree')
  const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id, worldName: 'axe' })
  const run = async (expression: string) => (await session.send('Runtime.evaluate', { expression, contextId, awaitPromise: true, returnByValue: true })).result.value as string | undefined
  await run(axe)
  const answer = await run('axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => JSON.stringify(violations))')
  const violations = JSON.parse(answer ?? '[{"id":"axe did not run","impact":"critical","nodes":[]}]') as Finding[]
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)
}
