/** The commands that choose what is run, and the small ones: each from the palette, each with what it must show. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { focusEditor, goTo, inlineTexts, openFile } from './harness/editor.js';
import { panel } from './harness/panel.js';
import { answer, hasCommand, pick, pickLabels, runCommand } from './harness/quickInput.js';
import { statusItem } from './harness/statusBar.js';
import { Workbench } from './harness/workbench.js';
import { cliTrace, ROOT, SAMPLE } from './support/cli.js';
import { expectedMarks, type Mark } from './support/inline.js';

const TEXT = readFileSync(join(SAMPLE, 'prompt.md'), 'utf8');
const CHECKPOINTS = join(ROOT, 'test/fixtures');
const SOON = { timeout: 20_000 };
let workbench: Workbench;

const status = (): ReturnType<typeof statusItem> => statusItem(workbench.page, 'moeLens.status');
const marks = async (): Promise<Mark[]> => (await inlineTexts(workbench.page)).map(({ line, before, text }) => ({ line, after: before.length, text }));
const command = (title: string): Promise<void> => runCommand(workbench.page, `MoE Lens: ${title}`);

beforeAll(async () => {
  workbench = await Workbench.start({ name: 'commands', workspace: SAMPLE, open: 'prompt.md', viewport: { width: 1500, height: 900 }, files: { 'long.txt': TEXT.repeat(200) } });
  await runCommand(workbench.page, 'View: Close Primary Side Bar');
});
afterAll(async () => { await workbench.stop(); });
afterEach(async ({ task }) => { if (task.result?.state === 'fail') await workbench.screenshot(`failed-${task.name.slice(0, 40).replace(/\W+/g, '-')}`); });

describe('Choose Policy', () => {
  it('runs the text again with a listed policy, labelled simulated', async () => {
    await command('Analyze Document');
    await expect.poll(marks, SOON).toEqual(expectedMarks(TEXT, [cliTrace(TEXT)]));
    await command('Choose Policy...');
    await pick(workbench.page, 'Top-P 0.7');
    await status().filter({ hasText: 'Top-P 0.7 (simulated)' }).waitFor(SOON);
    await expect.poll(marks, SOON).toEqual(expectedMarks(TEXT, [cliTrace(TEXT, 'top-p:0.7')]));
  });

  it('takes an own value, and says at once what is wrong with one', async () => {
    await command('Choose Policy...');
    await pick(workbench.page, 'Own Value...');
    const box = workbench.page.locator('.quick-input-widget:visible input.input').first();
    await box.fill('top-p:2');
    await workbench.page.locator('.quick-input-widget:visible', { hasText: 'P must be a number above 0 and at most 1' }).waitFor(SOON);
    await workbench.screenshot('policy-invalid');
    await answer(workbench.page, 'top-k:3');
    await expect.poll(marks, SOON).toEqual(expectedMarks(TEXT, [cliTrace(TEXT, 'top-k:3')]));
    await command('Choose Policy...');
    await pick(workbench.page, 'Native');
    await expect.poll(marks, SOON).toEqual(expectedMarks(TEXT, [cliTrace(TEXT)]));
  });
});

describe('Choose Model', () => {
  it('lists the demo, what is in the named folders, and what was skipped; the chosen one runs', async () => {
    workbench.setLive({ 'moeLens.modelFolders': [CHECKPOINTS] });
    await workbench.page.waitForTimeout(1000);
    await command('Choose Model...');
    await workbench.page.locator('.quick-input-widget:visible', { hasText: 'bundled demo' }).waitFor(SOON);
    expect((await pickLabels(workbench.page))[0]).toContain('demo-model');
    await workbench.screenshot('models');
    await workbench.page.locator('.quick-input-widget:visible input.input').first().fill('E_NOT_MOE');
    await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'not-moe' }).first().waitFor(SOON);
    await pick(workbench.page, 'olmoe-a');
    await status().filter({ hasText: 'olmoe-a' }).filter({ hasText: '4.00 experts' }).waitFor(SOON);
    await command('Choose Model...');
    await pick(workbench.page, 'demo-model (bundled demo)');
    await expect.poll(marks, SOON).toEqual(expectedMarks(TEXT, [cliTrace(TEXT)]));
  });
});

describe('the small commands', () => {
  it('step through the top spans both ways, around at the ends', async () => {
    await command('Show Panel');
    await panel(workbench.page).locator('[data-span="0"]').waitFor(SOON);
    const last = (await panel(workbench.page).locator('[data-span]').count()) - 1;
    await focusEditor(workbench.page);
    await command('Previous Top Span');
    await panel(workbench.page).locator(`[data-span="${last}"][aria-current="true"]`).waitFor(SOON);
    await command('Next Top Span');
    await panel(workbench.page).locator('[data-span="0"][aria-current="true"]').waitFor(SOON);
  });

  it('run again, show the log and the menu', async () => {
    await focusEditor(workbench.page);
    await command('Run Again');
    await goTo(workbench.page, { line: 1, column: 1 });
    await expect.poll(marks, SOON).toEqual(expectedMarks(TEXT, [cliTrace(TEXT)]));
    await command('Show Log');
    await workbench.page.locator('.output-view .view-line', { hasText: 'Engine started' }).first().waitFor(SOON);
    await status().click();
    expect((await pickLabels(workbench.page)).map((label) => label.trim())).toContain('Analyze Selection');
    await workbench.page.keyboard.press('Escape');
    await runCommand(workbench.page, 'View: Hide Panel');
  });

  it('are offered only when they make sense, and Cancel ends a run', async () => {
    await workbench.page.keyboard.press('Control+1');
    await openFile(workbench.page, 'long.txt', TEXT.slice(0, 12));
    expect(await hasCommand(workbench.page, 'MoE Lens: Clear')).toBe(false);
    await command('Analyze Document');
    await status().filter({ hasText: '%' }).waitFor(SOON);
    await command('Cancel');
    await status().filter({ hasNotText: '%' }).waitFor(SOON);
    expect(await hasCommand(workbench.page, 'MoE Lens: Cancel')).toBe(false);
    expect(await marks()).toEqual([]);
  });
});
