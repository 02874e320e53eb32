import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Frame, FrameLocator, Page } from 'playwright-core';

const AXE = (createRequire(import.meta.url)('axe-core') as { readonly source: string }).source;
const AXE_RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const EXAMPLES = 3;
const FOCUS_TRIES = 20;
const FOCUS_PAUSE_MS = 300;

const OUTER = 'iframe.webview.ready';
const INNER = 'iframe#active-frame';

/** What is in the webview, for locators. */
export function panel(page: Page): FrameLocator {
  return page.frameLocator(OUTER).frameLocator(INNER);
}

/** The webview's document, for scripts: they are not held by the page's Content-Security-Policy. */
export async function panelFrame(page: Page): Promise<Frame> {
  const element = await page.frameLocator(OUTER).locator(INNER).elementHandle();
  const frame = await element?.contentFrame();
  if (!frame) throw new Error('There is no webview.');
  return frame;
}

/** A line for each thing that axe-core finds wrong in the webview; of one rule the first few. */
export async function axeViolations(page: Page): Promise<readonly string[]> {
  const frame = await panelFrame(page);
  await frame.evaluate(AXE);
  const results = await frame.evaluate<AxeResults>(`axe.run(document, { runOnly: ${JSON.stringify(AXE_RULES)} })`);
  return results.violations.flatMap(({ id, impact, nodes }) => nodes.slice(0, EXAMPLES).map((node) =>
    `${id}, ${nodes.length} times (${impact ?? 'unrated'}): ${node.target.join(' ')}: ${node.any.map((check) => check.message).join('; ')}`));
}

/** Puts the keyboard into the webview; the focus gets there some time after it was asked for. */
export async function focusPanel(page: Page): Promise<void> {
  for (let tries = 0; tries < FOCUS_TRIES; tries++) {
    if (await (await panelFrame(page)).evaluate<boolean>('document.hasFocus()')) return;
    await page.keyboard.press('Control+2');
    await page.waitForTimeout(FOCUS_PAUSE_MS);
  }
  throw new Error('The webview did not get the focus.');
}
