// What is measured in the running VS Code: by its own figures, in the page, and over the inspector of the extension host.
import { setTimeout as pause } from 'node:timers/promises';
import { HostInspector } from './editorInspector.mjs';

const INSPECTOR_PORT = 9229;
const WAIT_MS = 60_000;
/** After a start other extensions are still busy. */
const SETTLE_MS = 4_000;
/** What a result sets off beside the text (line above, panel, details) is over by then. */
const AFTERWARDS_MS = 1_500;

/** Runs in the page: from the Enter that takes a command to the first frame that begins with a count drawn in the text. */
const STOPWATCH = `(() => {
  window.__watch = { began: undefined, drawn: undefined };
  addEventListener('keydown', function begin({ key }) {
    if (key !== 'Enter') return;
    removeEventListener('keydown', begin, true);
    window.__watch.began = performance.now();
    const look = () => {
      if (document.querySelector('.view-line [class^="ced-"], .view-line [class*=" ced-"]') === null) requestAnimationFrame(look);
      else window.__watch.drawn = performance.now();
    };
    look();
  }, true);
})()`;

/** A fresh page, and with it a fresh extension host. */
export async function openPage(editor, file) {
  await editor.workbench.page.goto('about:blank');
  await editor.workbench.load(file);
  await settled(editor);
}

/** The extension has started, and what else starts with VS Code too. */
export async function settled({ workbench, statusItem }) {
  await statusItem(workbench.page, 'moeLens.status').waitFor({ timeout: WAIT_MS });
  await pause(SETTLE_MS);
}

/** Opens the inspector of the extension host, as a debugger that attaches does: VS Code takes no port for it here, so it is Node's usual one. */
async function inspect({ workbench: { code }, processes }) {
  const host = processes().find(({ group, commandLine }) => group === code.pid && commandLine.includes('--type=extensionHost'));
  process.kill(host.pid, 'SIGUSR1');
  await pause(500);
  const inspector = await HostInspector.connect(INSPECTOR_PORT);
  if (await inspector.evaluate('process.pid') !== host.pid) throw new Error(`Port ${INSPECTOR_PORT}, which the inspector of the extension host needs, is another program's.`);
  return inspector;
}

/** From the command to the first count that is drawn, ms. */
export async function timeToFirstCount({ workbench: { page }, runCommand }, command = 'MoE Lens: Analyze Document') {
  await page.evaluate(STOPWATCH);
  await runCommand(page, command);
  await page.waitForFunction('window.__watch.drawn !== undefined', undefined, { timeout: WAIT_MS, polling: 100 });
  const ms = await page.evaluate('window.__watch.drawn - window.__watch.began');
  await pause(AFTERWARDS_MS);
  return ms;
}

/** Takes the counts away, and waits until none is drawn. */
export async function clear({ workbench: { page }, runCommand }) {
  await runCommand(page, 'MoE Lens: Clear');
  await page.waitForFunction('document.querySelector(\'.view-line [class*="ced-"]\') === null', undefined, { timeout: WAIT_MS, polling: 100 });
  await pause(AFTERWARDS_MS);
}

/** VS Code's own figures of an extension (Developer: Startup Performance), ms. */
export async function activation({ workbench: { page }, runCommand }, extension = 'moe-lens.moe-lens') {
  await runCommand(page, 'Developer: Startup Performance');
  await page.locator('.editor-instance .view-line', { hasText: 'System Info' }).first().waitFor({ timeout: WAIT_MS });
  const end = Date.now() + WAIT_MS;
  for (;;) { // the table comes when the rest of the page has been gathered
    await page.keyboard.press('Control+1');
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Control+C');
    const row = (await page.evaluate('navigator.clipboard.readText()')).split('\n').find((line) => line.startsWith(`| ${extension} `));
    if (row !== undefined) {
      const [load, call, finish] = row.split('|').map((cell) => cell.trim()).slice(3, 6).map(Number);
      return { load, call, finish };
    }
    if (Date.now() > end) throw new Error('VS Code does not say how long the extension took to start.');
    await pause(500);
  }
}

/**
 * What a person does with a long text, with the panel open: for each step the longest turn of the extension host's event loop
 * ({ step, wall, cpu }, ms), and what the engine sent for the run.
 * @param {boolean} [profile] also keeps a processor profile of each step
 */
export async function longTextSteps(editor, profile = false) {
  const { workbench: { page }, runCommand, goTo, focusEditor, selectAll, statusItem, panel } = editor;
  await runCommand(page, 'MoE Lens: Show Panel');
  await panel(page).locator('main').first().waitFor({ timeout: WAIT_MS });
  await pause(SETTLE_MS);
  const host = await inspect(editor);
  const keys = async (key, times) => {
    for (let i = 0; i < times; i++) {
      await page.keyboard.press(key);
      await pause(60);
    }
  };
  const counts = () => statusItem(page, 'moeLens.status').filter({ hasText: 'experts' }).waitFor({ timeout: WAIT_MS });
  const steps = {
    'nothing (other extensions, the machine)': () => pause(2_000),
    'run and paint': async () => {
      await runCommand(page, 'MoE Lens: Analyze Document');
      await counts();
      await page.locator('.view-line [class*="ced-"]').first().waitFor({ state: 'attached', timeout: WAIT_MS });
    },
    'scroll, cursor moving along': async () => {
      await focusEditor(page);
      await keys('PageDown', 20);
      await keys('ArrowLeft', 10);
    },
    'edit in the middle, undo': async () => {
      await focusEditor(page);
      await goTo(page, { line: 40, column: 5 });
      await page.keyboard.type('some more words', { delay: 60 });
      await keys('Control+Z', 4);
    },
    'clear': () => clear(editor),
    'compare two policies': async () => {
      await selectAll(page);
      await runCommand(page, 'MoE Lens: Compare Top-K and Top-P');
      await counts();
      await page.locator('.view-line [class*="ced-"]').first().waitFor({ state: 'attached', timeout: WAIT_MS });
    },
    'clear both': () => clear(editor),
  };
  const results = [];
  for (const [step, work] of Object.entries(steps)) {
    const before = await host.bytesFromEngine();
    if (profile) await host.startProfile();
    await host.startHeartbeat();
    await work();
    await pause(AFTERWARDS_MS);
    results.push({ step, ...(await host.stopHeartbeat()), bytes: (await host.bytesFromEngine()) - before, ...(profile ? { profile: await host.stopProfile() } : {}) });
  }
  host.close();
  return results;
}
