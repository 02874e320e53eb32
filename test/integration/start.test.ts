import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findChromium } from '../../scripts/lib/chromium.mjs';
import { processes } from '../e2e/harness/processes.js';

const START = join(import.meta.dirname, '../../scripts/start.mjs');

let temporary: string;
let start: ChildProcess;
let url: string;
let browser: Browser;

/** Resolves with the printed URL. */
function printedUrl(child: ChildProcess): Promise<string> {
  let printed = '';
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      const found = /http:\/\/127\.0\.0\.1:\S+/.exec(printed);
      if (found) resolve(found[0]);
    });
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code ?? 'a signal'}:\n${printed}`)));
  });
}

/** The groups of the processes that npm start has started: they have its temporary folder in their command line. */
function startedGroups(): readonly number[] {
  return processes().filter(({ pid, commandLine }) => pid !== start.pid && commandLine.includes(temporary)).map(({ group }) => group);
}

const status = async (address: string): Promise<number> => (await fetch(address, { redirect: 'manual' })).status;

beforeAll(async () => {
  temporary = mkdtempSync(join(tmpdir(), 'start-'));
  start = spawn(process.execPath, [START, '--server', '--no-build'], { env: { ...process.env, TMPDIR: temporary }, stdio: ['ignore', 'pipe', 'inherit'] });
  url = await printedUrl(start);
  browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', '--disable-gpu'] });
});

afterAll(async () => {
  await browser.close();
  start.kill('SIGTERM');
  rmSync(temporary, { recursive: true, force: true });
});

test('npm start lets in only those who have the token', async () => {
  expect(await status(url)).toBe(302); // to the same page without the token, which is now a cookie
  expect(await status(url.replace(/tkn=\w+&/, ''))).toBe(403);
  expect(await status(url.replace(/tkn=\w/, 'tkn=0x'))).toBe(403);
});

test('npm start opens the sample prompt with the extension running', async () => {
  const page = await browser.newPage();
  await page.goto(url);
  await page.locator('.editor-instance .view-line').first().waitFor();
  expect(await page.locator('.tab.active').getAttribute('data-resource-name')).toBe('prompt.md');
  await page.locator('[id^="moe-lens.moe-lens."]').first().waitFor();
  await page.close();
});

test('Ctrl-C ends npm start, and leaves neither a process nor a file', async () => {
  const groups = new Set(startedGroups());
  expect(groups.size).toBe(1);
  const ended = new Promise((resolve) => { start.once('exit', (code, signal) => resolve(code ?? signal)); });
  start.kill('SIGINT');
  expect(await ended).toBe(0);
  expect(processes().filter(({ group }) => groups.has(group))).toEqual([]);
  expect(readdirSync(temporary)).toEqual([]);
});
