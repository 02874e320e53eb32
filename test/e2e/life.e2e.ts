/** What happens around a run: edits, undo, cancel, a killed engine, odd selections, bad models. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { focusEditor, goTo, inlineTexts, openFile, select, selectAll } from './harness/editor.js';
import { toast } from './harness/notifications.js';
import { panel } from './harness/panel.js';
import { engines, killEngine } from './harness/processes.js';
import { runCommand } from './harness/quickInput.js';
import { statusItem } from './harness/statusBar.js';
import { Workbench } from './harness/workbench.js';
import { cliTrace, ROOT, SAMPLE } from './support/cli.js';
import { expectedMarks, type Mark } from './support/inline.js';

const TEXT = readFileSync(join(SAMPLE, 'prompt.md'), 'utf8');
/** How every copy of the sample begins. */
const FIRST = TEXT.slice(0, 12);
const SOON = { timeout: 20_000 };
/** A text of more than 5,000 tokens, and a longer one whose run can be met half-way. */
const LONG = TEXT.repeat(60);
const VERY_LONG = TEXT.repeat(200);
const BROKEN = join(ROOT, 'test/fixtures/broken');
let workbench: Workbench;

const status = (): ReturnType<typeof statusItem> => statusItem(workbench.page, 'moeLens.status');
const marks = async (): Promise<Mark[]> => (await inlineTexts(workbench.page)).map(({ line, before, text }) => ({ line, after: before.length, text }));
const command = (title: string): Promise<void> => runCommand(workbench.page, `MoE Lens: ${title}`);
const running = (): Promise<void> => status().filter({ hasText: '%' }).waitFor(SOON);
/** Opens a file in the first group, wherever the focus is. */
async function open(name: string, firstText: string): Promise<void> {
  await workbench.page.keyboard.press('Control+1');
  await openFile(workbench.page, name, firstText);
}
const dismissAll = (): Promise<void> => runCommand(workbench.page, 'Notifications: Clear All Notifications');

beforeAll(async () => {
  workbench = await Workbench.start({
    name: 'life', workspace: SAMPLE, open: 'prompt.md', viewport: { width: 1500, height: 900 },
    files: { 'one.txt': 'word', 'long.txt': LONG, 'very-long.txt': VERY_LONG, 'emoji.txt': 'Ship it \u{1F680}\r\n\tna\u00efve cafe\u0301 \u6df7\u5408\u4e13\u5bb6 \u{1F469}\u200d\u{1F4BB}!\r\n' },
  });
  await runCommand(workbench.page, 'View: Close Primary Side Bar');
});
afterAll(async () => { await workbench.stop(); });
afterEach(async ({ task }) => { if (task.result?.state === 'fail') await workbench.screenshot(`failed-${task.name.slice(0, 40).replace(/\W+/g, '-')}`); });

describe('an edit', () => {
  it('makes the result stale at once, moves no number onto other text, and undo makes it fresh again', async () => {
    await selectAll(workbench.page);
    await command('Analyze Selection');
    const fresh = expectedMarks(TEXT, [cliTrace(TEXT)]);
    await expect.poll(marks, SOON).toEqual(fresh);
    await goTo(workbench.page, { line: 2, column: 1 });
    await workbench.page.keyboard.type('Xyz ');
    await status().filter({ hasText: 'edited since' }).waitFor(SOON);
    const edited = TEXT.split('\n')[1];
    await expect.poll(marks, SOON).toEqual(fresh.map((mark) => (mark.line === edited ? { ...mark, line: `Xyz ${edited}`, after: mark.after + 4 } : mark)));
    await workbench.screenshot('stale');
    for (let i = 0; i < 8 && (await status().innerText()).includes('edited since'); i++) await workbench.page.keyboard.press('Control+Z');
    await expect.poll(marks, SOON).toEqual(fresh);
    await status().filter({ hasNotText: 'edited since' }).waitFor(SOON);
  });

  it('during a run leaves the result stale, painted only where the text is the same', async () => {
    await open('very-long.txt', FIRST);
    await command('Analyze Document');
    await running();
    await focusEditor(workbench.page);
    await goTo(workbench.page, { line: 1, column: 1 });
    await workbench.page.keyboard.type('New ');
    await status().filter({ hasText: 'edited since' }).waitFor({ timeout: 120_000 });
    await expect.poll(async () => (await marks()).length, SOON).toBeGreaterThan(20);
    for (const { line, after } of await marks()) if (line.startsWith('New ')) expect(after, line).toBeGreaterThan('New '.length);
    await workbench.page.keyboard.press('Control+Z');
  });
});

describe('a run', () => {
  it('is cancelled from its notification, and the next one works', async () => {
    await open('very-long.txt', FIRST);
    await command('Analyze Document');
    await running();
    const progress = toast(workbench.page, 'MoE Lens: very-long.txt');
    await progress.waitFor(SOON);
    await workbench.screenshot('progress');
    await progress.getByRole('button', { name: 'Cancel', exact: true }).click();
    await status().filter({ hasNotText: '%' }).waitFor(SOON);
    await open('one.txt', 'word');
    await command('Analyze Document');
    await expect.poll(marks, SOON).toEqual(expectedMarks('word', [cliTrace('word')]));
  });

  it('whose engine is killed ends in one message with what to do, and runs again', async () => {
    await dismissAll();
    await open('very-long.txt', FIRST);
    await command('Analyze Document');
    await running();
    killEngine(workbench.code);
    await toast(workbench.page, 'E_ENGINE_CRASHED').waitFor(SOON);
    await workbench.page.waitForTimeout(1500);
    expect(await toast(workbench.page, 'E_ENGINE_CRASHED').count()).toBe(1);
    await workbench.screenshot('crash');
    await open('one.txt', 'word');
    await command('Clear');
    await command('Analyze Document');
    await expect.poll(marks, SOON).toEqual(expectedMarks('word', [cliTrace('word')]));
    expect(engines(workbench.code)).toHaveLength(1);
    await dismissAll();
  });

  it('over 5,000 tokens paints every line, and says that it took several windows', async () => {
    await open('long.txt', FIRST);
    await command('Analyze Document');
    await status().filter({ hasText: 'experts' }).waitFor({ timeout: 120_000 });
    const trace = cliTrace(LONG);
    expect(trace.tokens.length).toBeGreaterThan(5000);
    await focusEditor(workbench.page);
    await workbench.page.keyboard.press('Control+End');
    const last = expectedMarks(LONG, [trace]).slice(-20);
    await expect.poll(async () => (await marks()).slice(-20), SOON).toEqual(last);
    await command('Show Panel');
    await panel(workbench.page).getByText('windows of').waitFor(SOON);
    await expect.poll(() => panel(workbench.page).locator('[data-token]').count(), SOON).toBe(trace.tokens.length);
  });
});

describe('a selection', () => {
  it('that is empty gets an offer instead of an error', async () => {
    await open('prompt.md', FIRST);
    await goTo(workbench.page, { line: 1, column: 1 });
    await command('Analyze Selection');
    const offer = toast(workbench.page, 'Nothing is selected');
    await offer.waitFor(SOON);
    await offer.getByRole('button', { name: 'Analyze Document', exact: true }).click();
    await expect.poll(marks, SOON).toEqual(expectedMarks(TEXT, [cliTrace(TEXT)]));
  });

  it('of one word counts only that, and Clear takes it all away', async () => {
    const [word] = TEXT.split(' ');
    await select(workbench.page, { line: 1, column: 1 }, { line: 1, column: word.length + 1 });
    await command('Analyze Selection');
    const [expected] = expectedMarks(word, [cliTrace(word)]);
    await expect.poll(async () => (await marks()).map(({ text, after }) => ({ text, after })), SOON).toEqual([{ text: expected.text, after: word.length }]);
    await command('Clear');
    await expect.poll(marks, SOON).toEqual([]);
  });

  it('in several places is read as one text, each part in its own place', async () => {
    await focusEditor(workbench.page);
    await goTo(workbench.page, { line: 1, column: 1 });
    await runCommand(workbench.page, 'Add Cursor Below');
    await workbench.page.keyboard.press('Shift+End');
    const [first, second] = TEXT.split('\n');
    await workbench.page.locator('[id="status.editor.selection"]', { hasText: '2 selections' }).waitFor();
    await command('Analyze Selection');
    const joined = `${first}\n${second}`;
    await expect.poll(marks, SOON).toEqual(expectedMarks(joined, [cliTrace(joined)]));
    await panel(workbench.page).getByText('2 selections as one text').first().waitFor(SOON);
    await workbench.page.keyboard.press('Escape');
  });

  it('of emoji, CJK, combining marks and CRLF puts each number behind its own characters', async () => {
    await open('emoji.txt', 'Ship');
    await command('Analyze Document');
    await expect.poll(async () => (await marks()).length, SOON).toBeGreaterThan(5);
    const trace = cliTrace('Ship it \u{1F680}\r\n\tna\u00efve cafe\u0301 \u6df7\u5408\u4e13\u5bb6 \u{1F469}\u200d\u{1F4BB}!\r\n');
    const drawn = (await marks()).flatMap(({ text }) => text.split(' '));
    const visible = trace.tokens.filter(({ text }) => text.trim() !== '');
    expect(drawn).toHaveLength(visible.length);
    await workbench.screenshot('emoji');
  });
});

describe('a model that can\'t be opened', () => {
  it.each([
    ['no such folder', 'E_MODEL_NOT_FOUND'], [join(BROKEN, 'st-header-truncated'), 'E_HEADER_TRUNCATED'], [join(BROKEN, 'not-moe'), 'E_NOT_MOE'],
    [join(BROKEN, 'tokenizer-missing'), 'E_TOKENIZER_MISSING'], [join(ROOT, 'test/fixtures/unknown-family'), 'E_FAMILY_UNKNOWN'],
  ])('%s gives %s, and the extension goes on working', async (path, code) => {
    workbench.setLive({ 'moeLens.model': path.startsWith('/') ? path : join(ROOT, path) });
    await workbench.page.waitForTimeout(1000);
    await open('one.txt', 'word');
    await command('Analyze Document');
    await toast(workbench.page, code).waitFor(SOON);
    await status().filter({ hasText: code }).waitFor(SOON);
    await dismissAll();
    workbench.setLive({ 'moeLens.model': '' });
    await workbench.page.waitForTimeout(1000);
    await command('Analyze Document');
    await expect.poll(marks, SOON).toEqual(expectedMarks('word', [cliTrace('word')]));
  });
});

describe('the native backend', () => {
  it('gives the same counts where its library is set up, and is named', async () => {
    workbench.setLive({ 'moeLens.nativeFolder': join(ROOT, 'native'), 'moeLens.backend': 'native' });
    await workbench.page.waitForTimeout(1000);
    await open('prompt.md', FIRST);
    await command('Analyze Document');
    await status().filter({ hasText: 'TensorFlow' }).waitFor(SOON);
    await goTo(workbench.page, { line: 1, column: 1 });
    await expect.poll(marks, SOON).toEqual(expectedMarks(TEXT, [cliTrace(TEXT)]));
  });
});
