import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { answer, pickByKey } from './quickInput.js';

const FOCUS_TRIES = 10;
const STEP_MS = 2_000;
const DECORATIONS_SCRIPT = readFileSync(new URL('inPage/decorations.js', import.meta.url), 'utf8');

/** Line and column from 1; columns count UTF-16 code units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Text that the extension drew into a line. */
export interface InlineText {
  /** As drawn. */
  readonly text: string;
  /** The text of the line, and what of it stands before the drawn text. Tabs appear as spaces. */
  readonly line: string;
  readonly before: string;
  readonly color: string;
  readonly background: string;
}

const lines = (page: Page): Locator => page.locator('.editor-instance .monaco-editor .view-line');

/** Opens a file of the workspace by its name; `firstText` is in one of its first lines. */
export async function openFile(page: Page, name: string, firstText: string): Promise<void> {
  await pickByKey(page, 'Control+P', name);
  await lines(page).filter({ hasText: firstText }).first().waitFor();
}

/** Puts the keyboard into the first editor group. */
export async function focusEditor(page: Page): Promise<void> {
  await page.keyboard.press('Control+1');
  await page.locator('.editor-instance .monaco-editor.focused').first().waitFor();
}

export async function goTo(page: Page, place: Place): Promise<void> {
  await page.keyboard.press('Control+G');
  await answer(page, `:${place.line}:${place.column}`);
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
}

/** Selects by keyboard: from an anchor to where the cursor goes next. */
export async function select(page: Page, from: Place, to: Place): Promise<void> {
  await focusEditor(page);
  await goTo(page, from);
  await page.keyboard.press('Control+K');
  await page.keyboard.press('Control+B');
  await goTo(page, to);
  await page.keyboard.press('Control+K');
  await page.keyboard.press('Control+K');
  await page.locator('[id="status.editor.selection"]', { hasText: 'selected' }).waitFor();
}

/** Selects the whole document. */
export async function selectAll(page: Page): Promise<void> {
  const selected = page.locator('[id="status.editor.selection"]', { hasText: 'selected' });
  for (let tries = 0; tries < FOCUS_TRIES; tries++) {
    await focusEditor(page);
    await page.keyboard.press('Control+A');
    // a panel that comes back after a reload takes the focus late, and the status bar then speaks of no editor
    if (await selected.waitFor({ timeout: STEP_MS }).then(() => true, () => false)) return;
  }
  throw new Error('The editor did not keep the focus.');
}

/** All that decorations draw before and after text, of the lines that are in view, in reading order. */
export async function inlineTexts(page: Page): Promise<readonly InlineText[]> {
  return page.evaluate<readonly InlineText[]>(DECORATIONS_SCRIPT);
}

/** The hover at a place, asked for by keyboard; `part` is a text that it has. */
export async function hoverAt(page: Page, place: Place, part: string): Promise<string> {
  await focusEditor(page);
  await goTo(page, place);
  await page.keyboard.press('Control+K');
  await page.keyboard.press('Control+I');
  const hover = page.locator('.monaco-hover-content:visible', { hasText: part });
  await hover.waitFor();
  return hover.innerText();
}
