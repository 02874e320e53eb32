import type { Locator, Page } from 'playwright-core';

const STEP_MS = 1_000;
const PAUSE_MS = 200;
const COMMAND_TIMEOUT_MS = 60_000;
const PICK_TIMEOUT_MS = 30_000;
const MAX_ROWS_ABOVE = 20;

const input = (page: Page): Locator => page.locator('.quick-input-widget:visible input.input').first();
const rows = (page: Page): Locator => page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row');

/** A row by its label, whatever stands beside it (an icon before it is white space). */
function row(page: Page, label: string): Locator {
  return rows(page).filter({ has: page.locator('.label-name', { hasText: new RegExp(`^\\s*${escaped(label)}$`) }) });
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Runs a command from the palette by its full title ("MoE Lens: Clear"). The palette lists the commands that there are
 * when it opens: it is opened again until the command is among them.
 */
export async function runCommand(page: Page, title: string): Promise<void> {
  const end = Date.now() + COMMAND_TIMEOUT_MS;
  while (!(await focusCommand(page, title))) {
    if (Date.now() > end) throw new Error(`The palette has no command "${title}".`);
    await page.keyboard.press('Escape');
    await page.waitForTimeout(PAUSE_MS);
  }
  await page.keyboard.press('Enter');
}

/** Whether the palette offers a command, asked once. */
export async function hasCommand(page: Page, title: string): Promise<boolean> {
  const found = await focusCommand(page, title);
  await page.keyboard.press('Escape');
  return found;
}

async function focusCommand(page: Page, title: string): Promise<boolean> {
  await page.keyboard.press('F1');
  try {
    await input(page).fill(`>${title}`, { timeout: STEP_MS });
    await focusRow(page, title, STEP_MS);
    return true;
  } catch {
    return false;
  }
}

/** The labels that an open pick shows, from the top. */
export async function pickLabels(page: Page): Promise<readonly string[]> {
  await rows(page).first().waitFor();
  return rows(page).locator('.label-name').allInnerTexts();
}

/** Opens a pick by a key and takes a row of it. The pick can close while the focus still moves: it is opened again then. */
export async function pickByKey(page: Page, key: string, label: string): Promise<void> {
  const end = Date.now() + PICK_TIMEOUT_MS;
  for (;;) {
    await page.keyboard.press(key);
    try {
      await input(page).fill(label, { timeout: STEP_MS });
      await focusRow(page, label, STEP_MS);
      await page.keyboard.press('Enter');
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await page.keyboard.press('Escape');
      await page.waitForTimeout(PAUSE_MS);
    }
  }
}

/** Takes the row of an open pick by its label, by keyboard. */
export async function pick(page: Page, label: string): Promise<void> {
  await input(page).fill(label);
  await focusRow(page, label, PICK_TIMEOUT_MS);
  await page.keyboard.press('Enter');
}

/** Goes down the list to the row that Enter shall take: better matches, as VS Code sees it, may stand above. */
async function focusRow(page: Page, label: string, timeout: number): Promise<void> {
  const wanted = row(page, label);
  await wanted.waitFor({ timeout });
  for (let steps = 0; steps < MAX_ROWS_ABOVE; steps++) {
    if (await wanted.and(page.locator('.focused')).count() > 0) return;
    await page.keyboard.press('ArrowDown');
  }
  throw new Error(`The row "${label}" can't be reached.`);
}

/** Answers an open input box. */
export async function answer(page: Page, text: string): Promise<void> {
  await input(page).fill(text);
  await page.keyboard.press('Enter');
}
