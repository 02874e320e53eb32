import type { Locator, Page } from 'playwright-core';

/** An item of the extension by the id it was made with. VS Code puts publisher and name before it. */
export function statusItem(page: Page, id: string): Locator {
  return page.locator(`[id="moe-lens.moe-lens.${id}"]`);
}

/** What an item shows (without icons), and what a screen reader says for it. */
export async function readStatusItem(item: Locator): Promise<{ readonly text: string; readonly label: string }> {
  return { text: (await item.innerText()).trim(), label: (await item.locator('a').getAttribute('aria-label')) ?? '' };
}
