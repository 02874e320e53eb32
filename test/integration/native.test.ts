/** Native acceleration in a real VS Code: its commands, and its removal, on a folder that only looks like one. What is installed is tested elsewhere: parity runs on it. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findChromium } from '../../scripts/lib/chromium.mjs';
import { serve, type ServedCode } from '../../scripts/vscode-server/server.mjs';
import { toast } from '../e2e/harness/notifications.js';
import { hasCommand, pickLabels, runCommand } from '../e2e/harness/quickInput.js';
import { statusItem } from '../e2e/harness/statusBar.js';

const ROOT = join(import.meta.dirname, '../..');
const SET_UP = 'MoE Lens: Set Up Native Acceleration';
const REMOVE = 'MoE Lens: Remove Native Acceleration';

let code: ServedCode;
let browser: Browser;
let page: Page;
let folder: string;

beforeAll(async () => {
  code = await serve({ link: ROOT, workspace: join(ROOT, 'media/sample') });
  folder = join(code.folders.user, 'User', 'globalStorage', 'moe-lens.moe-lens', 'native');
  const mark = join(folder, 'node_modules', '@tensorflow', 'tfjs-node', 'package.json');
  mkdirSync(dirname(mark), { recursive: true });
  writeFileSync(mark, '{}');
  browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', '--disable-gpu'] });
  page = await browser.newPage();
  await page.goto(code.url('prompt.md'));
  await statusItem(page, 'moeLens.status').waitFor();
});

afterAll(async () => {
  await browser.close();
  await code.stop();
});

test('what was set up can be removed, wholly, and only then is the command gone', async () => {
  await statusItem(page, 'moeLens.status').click();
  expect((await pickLabels(page)).map((label) => label.trim())).toContain('Remove Native Acceleration');
  await page.keyboard.press('Escape');
  await runCommand(page, REMOVE);
  await toast(page, 'Native acceleration is removed').waitFor();
  expect(existsSync(folder)).toBe(false);
  expect(readdirSync(dirname(folder))).toEqual([]);
  await expect.poll(() => hasCommand(page, REMOVE)).toBe(false);
});

test('what a set-up takes and where it goes is said first, and Cancel leaves it at that', async () => {
  await runCommand(page, SET_UP);
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.waitFor();
  const text = (await dialog.innerText()).replace(/\n/g, '');
  for (const part of ['322 MB', '907 MB', folder]) expect(text).toContain(part);
  await dialog.getByText('Cancel', { exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(readdirSync(dirname(folder))).toEqual([]);
});
