/** The main job, by keyboard: select text, run, and read the same numbers that the CLI prints for it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { focusEditor, goTo, hoverAt, inlineTexts, select, selectAll } from './harness/editor.js';
import { axeViolations, focusPanel, panel, panelFrame } from './harness/panel.js';
import { runCommand } from './harness/quickInput.js';
import { readStatusItem, statusItem } from './harness/statusBar.js';
import { THEMES, type ThemeKind } from './harness/themes.js';
import { Workbench } from './harness/workbench.js';
import { cliTrace, meanCounts, SAMPLE, type CliTrace } from './support/cli.js';
import { expectedMarks, type Mark } from './support/inline.js';

const TEXT = readFileSync(join(SAMPLE, 'prompt.md'), 'utf8');
/** How long what a command does may take to be seen, on a busy machine. */
const SOON = { timeout: 20_000 };
let workbench: Workbench;
let native: CliTrace;
let simulated: CliTrace;

const status = (): ReturnType<typeof statusItem> => statusItem(workbench.page, 'moeLens.status');
const marks = async (): Promise<Mark[]> => (await inlineTexts(workbench.page)).map(({ line, before, text }) => ({ line, after: before.length, text }));
/** Where the first visible character of a token is. */
function placeOf({ start, end }: CliTrace['tokens'][number]): { line: number; column: number } {
  const at = start + TEXT.slice(start, end).search(/\S/);
  return { line: TEXT.slice(0, at).split('\n').length, column: at - TEXT.lastIndexOf('\n', at - 1) };
}
const numberOf = async (selector: string, attribute = 'data-value'): Promise<number> => Number(await panel(workbench.page).locator(selector).getAttribute(attribute));

beforeAll(async () => {
  native = cliTrace(TEXT);
  simulated = cliTrace(TEXT, 'top-k:2');
  workbench = await Workbench.start({ name: 'analyze', workspace: SAMPLE, open: 'prompt.md', viewport: { width: 1700, height: 1000 } });
  workbench.setLive({ 'editor.wordWrap': 'off', 'workbench.sideBar.location': 'left' });
  await runCommand(workbench.page, 'View: Close Primary Side Bar');
});
afterAll(async () => { await workbench.stop(); });
afterEach(async ({ task }) => { if (task.result?.state === 'fail') await workbench.screenshot(`failed-${task.name.slice(0, 40).replace(/\W+/g, '-')}`); });

describe('Analyze Selection on the whole sample', () => {
  beforeAll(async () => {
    await selectAll(workbench.page);
    await runCommand(workbench.page, 'MoE Lens: Analyze Selection');
    await status().filter({ hasText: 'experts' }).waitFor();
    await workbench.page.locator('.codelens-decoration', { hasText: 'experts a token' }).waitFor();
  });

  it('draws every token\'s count beside it, as the CLI counts', async () => {
    await goTo(workbench.page, { line: 1, column: 1 });
    await expect.poll(marks, SOON).toEqual(expectedMarks(TEXT, [native]));
  });

  it('says model, policy, mean experts and backend in the status bar, also to a screen reader', async () => {
    const { text, label } = await readStatusItem(status());
    for (const part of ['demo-model', `${native.summary.meanExperts.toFixed(2)} experts`, 'native', 'WebAssembly']) {
      expect(text).toContain(part);
      expect(label).toContain(part);
    }
  });

  it('says the mean in a line above the text', async () => {
    expect(await workbench.page.locator('.codelens-decoration').first().innerText()).toContain(`${native.summary.meanExperts.toFixed(2)} experts a token`);
  });

  it('shows in the hover the experts of each layer with probability and weight, margin and surprisal', async () => {
    const t = native.tokens.findIndex(({ start }) => start > TEXT.indexOf('\n') + 5); // some token of the second line
    const hover = await hoverAt(workbench.page, placeOf(native.tokens[t]), 'experts');
    expect(hover).toContain(`${meanCounts(native)[t].toFixed(1)} experts`);
    expect(hover).toContain(`surprisal ${(native.tokens[t].surprisal ?? 0).toFixed(2)} nats`);
    expect(hover).toContain(`id ${native.tokens[t].id}`);
    for (const layer of native.layers) {
      const [first] = layer.ids[t];
      const fraction = (value: number): string => (value.toFixed(2) === '1.00' ? '1' : value.toFixed(2).replace(/^0/, ''));
      const p = fraction(layer.probabilities[t][first]);
      expect(hover.replace(/\s+/g, ' ')).toContain(`${layer.layer} ${layer.counts[t]}: e${first} ${p}/${fraction(layer.weights[t][0])}`);
    }
    await workbench.screenshot('hover');
    await workbench.page.keyboard.press('Escape');
  });
});

describe('the panel', () => {
  beforeAll(async () => {
    await runCommand(workbench.page, 'MoE Lens: Show Panel');
    await panel(workbench.page).locator('[data-token="0"]').waitFor();
  });

  it('has the text with the same counts', async () => {
    const frame = await panelFrame(workbench.page);
    await expect.poll(() => frame.evaluate<number>('document.querySelectorAll("#text [data-token], [data-token]").length'), SOON).toBe(native.tokens.length);
    const counts = await frame.evaluate<number[]>('[...document.querySelectorAll("[data-token]")].map((e) => Number(e.dataset.count))');
    meanCounts(native).forEach((count, t) => { expect(counts[t]).toBeCloseTo(count, 6); });
  });

  it('has the figures, the layer chart and its table, all as the CLI has them', async () => {
    expect(await numberOf('[data-figure="meanExperts"]')).toBeCloseTo(native.summary.meanExperts, 6);
    expect(await numberOf('[data-figure="meanSurprisal"]')).toBeCloseTo(native.summary.meanSurprisal, 4);
    expect(await numberOf('[data-figure="activeParameters"]')).toBe(native.summary.activeParameters);
    expect(await panel(workbench.page).locator('[data-note="memory"]').innerText()).toMatch(/^Peak memory [\d.]+ MiB of [\d.]+ GiB/);
    const [series] = JSON.parse((await panel(workbench.page).locator('[data-series]').getAttribute('data-series')) ?? '[]') as { layers: number[]; mean: number[] }[];
    expect(series.layers).toEqual(native.layers.map(({ layer }) => layer));
    native.summary.perLayer.forEach((mean, m) => { expect(series.mean[m]).toBeCloseTo(mean, 6); });
    for (const [m, { layer }] of native.layers.entries()) {
      expect(await numberOf(`#layer-table tr[data-layer="${layer}"] td[data-run="0"][data-stat="mean"]`)).toBeCloseTo(native.summary.perLayer[m], 6);
    }
  });

  it('follows the cursor of the editor, and shows that token\'s layers', async () => {
    const t = 5;
    await focusEditor(workbench.page);
    await goTo(workbench.page, placeOf(native.tokens[t]));
    await panel(workbench.page).locator(`[data-token="${t}"][aria-selected="true"]`).waitFor();
    for (const { layer, counts } of native.layers) await panel(workbench.page).locator(`.token-table tr[data-layer="${layer}"][data-count="${counts[t]}"]`).waitFor();
  });

  it('leads the editor to a token that is clicked, or chosen by keyboard', async () => {
    const t = native.tokens.findIndex(({ text }, i) => i > 15 && text.trim().length > 2);
    await panel(workbench.page).locator(`[data-token="${t}"]`).click();
    await panel(workbench.page).locator(`.token-table tr[data-layer="0"][data-count="${native.layers[0].counts[t]}"]`).waitFor();
    expect(await (await panelFrame(workbench.page)).evaluate<boolean>('document.hasFocus()'), 'the panel keeps the focus').toBe(true);
    await focusEditor(workbench.page); // the status bar speaks of the editor only while that has the focus
    const { start, end } = native.tokens[t];
    await workbench.page.locator('[id="status.editor.selection"]', { hasText: `${end - start} selected` }).waitFor();
    await focusPanel(workbench.page);
    await panel(workbench.page).locator(`[data-token="${t}"]`).focus();
    await workbench.page.keyboard.press('ArrowRight');
    await workbench.page.keyboard.press('Enter');
    await panel(workbench.page).locator(`[data-token="${t + 1}"][aria-selected="true"]`).waitFor();
  });

  it('ranks spans, and the step commands go through them in the editor', async () => {
    const means = await (await panelFrame(workbench.page)).evaluate<number[]>('[...document.querySelectorAll("[data-span]")].map((e) => Number(e.dataset.mean))');
    expect(means.length).toBeGreaterThan(1);
    expect([...means].sort((a, b) => b - a)).toEqual(means);
    await focusEditor(workbench.page);
    await runCommand(workbench.page, 'MoE Lens: Next Top Span');
    const [start, end] = [await numberOf('[data-span="0"]', 'data-start'), await numberOf('[data-span="0"]', 'data-end')];
    await workbench.page.locator('[id="status.editor.selection"]', { hasText: `${end - start} selected` }).waitFor();
    await workbench.page.locator('[id="status.editor.selection"]', { hasText: `Ln ${TEXT.slice(0, end).split('\n').length}` }).waitFor();
  });

  it('keeps its state when it is hidden and shown, and over a reload of the window', async () => {
    await focusPanel(workbench.page);
    await panel(workbench.page).getByRole('tab', { name: 'Table' }).click();
    await runCommand(workbench.page, 'File: New Untitled Text File'); // in the panel's group, over the panel
    await panel(workbench.page).locator('#app').waitFor({ state: 'hidden' });
    await runCommand(workbench.page, 'View: Close Editor');
    await panel(workbench.page).getByRole('tab', { name: 'Table', selected: true }).waitFor();
    await workbench.reload();
    await panel(workbench.page).locator(`[data-token="${native.tokens.length - 1}"]`).waitFor({ timeout: 60_000 });
    expect(await numberOf('[data-figure="meanExperts"]')).toBeCloseTo(native.summary.meanExperts, 6);
    await panel(workbench.page).locator('#status[data-kind="restored"]').waitFor();
    await panel(workbench.page).getByRole('tab', { name: 'Table', selected: true }).waitFor();
    await panel(workbench.page).getByRole('tab', { name: 'Chart' }).click();
  });
});

describe('Compare Top-K and Top-P', () => {
  it('draws both counts of every token, and both policies in the panel', async () => {
    await selectAll(workbench.page);
    await runCommand(workbench.page, 'MoE Lens: Compare Top-K and Top-P');
    await status().filter({ hasText: `${native.summary.meanExperts.toFixed(2)} | 2.00 experts` }).waitFor();
    await goTo(workbench.page, { line: 1, column: 1 });
    await expect.poll(marks, SOON).toEqual(expectedMarks(TEXT, [native, simulated]));
    expect((await readStatusItem(status())).text).toContain('simulated');
    await expect.poll(() => numberOf('[data-figure="meanExperts"]', 'data-other'), SOON).toBe(2);
    const series = JSON.parse((await panel(workbench.page).locator('[data-series]').getAttribute('data-series')) ?? '[]') as { policy: string; simulated: boolean; mean: number[] }[];
    expect(series.map(({ policy, simulated: isSimulated }) => [policy, isSimulated])).toEqual([['top-p:0.4', false], ['top-k:2', true]]);
    expect(series[1].mean).toEqual(simulated.summary.perLayer);
    expect(await panel(workbench.page).locator('[data-note="saving"]').innerText()).toContain(`${native.summary.meanExperts.toFixed(2)} instead of 2.00 experts a token`);
  });

  it.each(Object.keys(THEMES) as ThemeKind[])('is accessible and legible in %s', async (kind) => {
    await workbench.setTheme(kind);
    await panel(workbench.page).locator(`body[data-vscode-theme-kind="vscode-${kind}"]`).waitFor();
    await workbench.page.waitForTimeout(500);
    await workbench.screenshot(`compare-${kind}`);
    expect(await axeViolations(workbench.page)).toEqual([]);
  });

  it.each(Object.keys(THEMES) as ThemeKind[])('draws a single run in %s', async (kind) => {
    await workbench.setTheme(kind);
    await selectAll(workbench.page);
    await runCommand(workbench.page, 'MoE Lens: Analyze Selection');
    await status().filter({ hasText: `(native) · ${native.summary.meanExperts.toFixed(2)} experts` }).waitFor(); // the selection has been read
    await goTo(workbench.page, { line: 1, column: 1 });
    await expect.poll(marks, SOON).toEqual(expectedMarks(TEXT, [native]));
    await panel(workbench.page).locator(`body[data-vscode-theme-kind="vscode-${kind}"]`).waitFor();
    await workbench.page.waitForTimeout(500);
    await workbench.screenshot(`single-${kind}`);
    expect(await axeViolations(workbench.page)).toEqual([]);
  });
});

describe('Compare With Clipboard', () => {
  it('runs the selection and the clipboard\'s text side by side', async () => {
    await workbench.setTheme('dark');
    await select(workbench.page, { line: 2, column: 1 }, { line: 3, column: 1 });
    await workbench.page.keyboard.press('Control+C');
    await select(workbench.page, { line: 1, column: 1 }, { line: 2, column: 1 });
    await runCommand(workbench.page, 'MoE Lens: Compare With Clipboard');
    const [first, second] = TEXT.split('\n').map((line) => `${line}\n`);
    const runs = [cliTrace(first), cliTrace(second)];
    const row = panel(workbench.page).locator('tr[data-variant]').first();
    await row.waitFor();
    const values = await (await panelFrame(workbench.page)).evaluate<number[]>('[...document.querySelectorAll(\'tr[data-variant="meanExperts"] [data-value]\')].map((e) => Number(e.dataset.value))');
    runs.forEach((run, i) => { expect(values[i]).toBeCloseTo(run.summary.meanExperts, 6); });
    await workbench.screenshot('clipboard');
    expect(await axeViolations(workbench.page)).toEqual([]);
  });
});

describe('without surprisal', () => {
  it('the counts are the same, and the panel says nothing of what was not computed', async () => {
    workbench.setLive({ 'moeLens.surprisal': false, 'moeLens.memoryBudget': '1GB' });
    await workbench.page.waitForTimeout(1000); // settings are watched
    await focusEditor(workbench.page);
    await selectAll(workbench.page);
    await runCommand(workbench.page, 'MoE Lens: Analyze Selection');
    await panel(workbench.page).locator('[data-note="memory"]', { hasText: 'of 1.0 GiB' }).waitFor(SOON);
    expect(await numberOf('[data-figure="meanExperts"]')).toBeCloseTo(native.summary.meanExperts, 6);
    expect(await panel(workbench.page).locator('[data-figure="meanSurprisal"]').count()).toBe(0);
    await panel(workbench.page).locator('[data-token="5"]').click();
    await panel(workbench.page).locator('[data-fact="surprisal"]', { hasText: 'surprisal not computed' }).waitFor(SOON);
    expect(await panel(workbench.page).locator('#panel').innerText()).not.toContain('NaN');
  });
});
