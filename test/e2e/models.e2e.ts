/** Choosing a model: the list, what the panel says of it before anything is run, and a model that allows its own policy only. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { focusEditor, selectAll } from './harness/editor.js';
import { axeViolations, focusPanel, panel, panelFrame } from './harness/panel.js';
import { pick, pickLabels, runCommand } from './harness/quickInput.js';
import { statusItem } from './harness/statusBar.js';
import { THEMES, type ThemeKind } from './harness/themes.js';
import { Workbench } from './harness/workbench.js';
import { ROOT, SAMPLE } from './support/cli.js';

const CHECKPOINTS = join(ROOT, 'test/fixtures/checkpoints');
const SETTINGS = { 'moeLens.modelFolders': [CHECKPOINTS, join(ROOT, 'test/fixtures/broken')] };
const SOON = { timeout: 20_000 };
let workbench: Workbench;

const status = (): ReturnType<typeof statusItem> => statusItem(workbench.page, 'moeLens.status');
const command = (title: string): Promise<void> => runCommand(workbench.page, `MoE Lens: ${title}`);
const fact = (name: string): ReturnType<ReturnType<typeof panel>['locator']> => panel(workbench.page).locator(`#about [data-fact="${name}"] dd`);
const isOpen = async (): Promise<boolean> => (await panelFrame(workbench.page)).evaluate<boolean>('document.querySelector("#about details").open');

async function choose(name: string): Promise<void> {
  await command('Choose Model...');
  await pick(workbench.page, name);
}

beforeAll(async () => {
  workbench = await Workbench.start({ name: 'models', workspace: SAMPLE, open: 'prompt.md', viewport: { width: 1500, height: 900 }, files: { '.vscode/settings.json': JSON.stringify(SETTINGS) } });
  workbench.setLive(SETTINGS); // they stay when others are set
  await runCommand(workbench.page, 'View: Close Primary Side Bar');
});
afterAll(async () => { await workbench.stop(); });
afterEach(async ({ task }) => { if (task.result?.state === 'fail') await workbench.screenshot(`failed-${task.name.slice(0, 40).replace(/\W+/g, '-')}`); });

describe('a model that was chosen', () => {
  it('is told in the panel before anything is run', async () => {
    await choose('deepseekv3-a');
    await expect.poll(() => fact('experts').innerText(), SOON).toMatch(/\d+ a layer and 1 shared/);
    expect(await fact('layers').innerText()).toMatch(/\d+ with experts, \d+ dense/);
    expect(await fact('scores').innerText()).toContain('sigmoid');
    expect(await fact('memory').innerText()).toContain('fits in memory');
    expect(await isOpen()).toBe(true);
    expect(await panel(workbench.page).locator('#about [role="status"]').innerText()).toContain('deepseekv3-a');
    await panel(workbench.page).locator('[data-command="moeLens.choosePolicy"]', { hasText: 'Native (Top-2)' }).waitFor(SOON); // known before a run
  });

  it.each(Object.keys(THEMES) as ThemeKind[])('is accessible and legible in %s', async (kind) => {
    await workbench.setTheme(kind);
    await panel(workbench.page).locator(`body[data-vscode-theme-kind="vscode-${kind}"]`).waitFor();
    await workbench.page.waitForTimeout(500);
    await workbench.screenshot(`about-${kind}`);
    expect(await axeViolations(workbench.page)).toEqual([]);
  });

  it('is folded away by the keyboard, and by itself when there is a result to read', async () => {
    await focusPanel(workbench.page);
    await panel(workbench.page).locator('#about summary').focus();
    await workbench.page.keyboard.press('Enter');
    await expect.poll(isOpen, SOON).toBe(false);
    await workbench.page.keyboard.press('Enter');
    await expect.poll(isOpen, SOON).toBe(true);
    await focusEditor(workbench.page);
    await selectAll(workbench.page);
    await command('Analyze Selection');
    await expect.poll(isOpen, SOON).toBe(false);
    expect(await panel(workbench.page).locator('[data-note="beside"]').innerText()).toContain('Not counted: 1 shared expert a layer');
    expect(await panel(workbench.page).locator('[data-note="scores"]').innerText()).toContain('sigmoid');
    await panel(workbench.page).locator('#layer-table tr[data-layer="0"] td[data-dense]').waitFor({ state: 'attached' });
    await workbench.screenshot('shared-and-dense');
    expect(await axeViolations(workbench.page)).toEqual([]);
  });
});

describe('a model that allows its own policy only', () => {
  it('says so where policies are chosen, and where two are compared', async () => {
    await focusEditor(workbench.page);
    await choose('phimoe-a');
    await status().filter({ hasText: 'phimoe-a' }).filter({ hasText: '2.00 experts' }).waitFor(SOON);
    await command('Choose Policy...');
    await workbench.page.locator('.quick-input-widget:visible', { hasText: 'No other policy is faithful to this model' }).waitFor(SOON);
    const labels = (await pickLabels(workbench.page)).map((label) => label.trim());
    expect(labels.filter((label) => /^Top-/.test(label))).toEqual([]);
    await workbench.screenshot('policy-native-only');
    await workbench.page.keyboard.press('Escape');
    await command('Compare Top-K and Top-P');
    await panel(workbench.page).locator('#status', { hasText: 'E_POLICY_UNSUPPORTED' }).waitFor(SOON);
    await workbench.screenshot('compare-native-only');
  });
});

describe('a model that can\'t be run', () => {
  it('is listed with the reason, and said to be so in the panel when a setting names it', async () => {
    workbench.setLive({ 'moeLens.model': join(ROOT, 'test/fixtures/broken/not-moe') });
    await expect.poll(() => fact('error').innerText(), SOON).toContain('without experts');
    await workbench.screenshot('about-error');
    expect(await axeViolations(workbench.page)).toEqual([]);
  });
});
