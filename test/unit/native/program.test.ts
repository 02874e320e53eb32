import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytesBelow } from '../../../src/native/growth.js';
import { runProgram, tellingLine } from '../../../src/native/program.js';
import { setUpInto } from '../../../src/native/setup.js';

const NODE = process.execPath;
let folder: string;

beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'native-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

describe('a program', () => {
  it('gives what it printed, line by line', async () => {
    const lines: string[] = [];
    expect(await runProgram(NODE, ['-e', 'console.log("a\\n\\nb")'], { onLine: (line) => lines.push(line) })).toBe('a\nb');
    expect(lines).toEqual(['a', 'b']);
  });

  it('that is not there is named, with where to get it', async () => {
    await expect(runProgram('no-such-program', [])).rejects.toMatchObject({ code: 'E_TOOL_MISSING', message: 'no-such-program was not found.' });
    const path = process.env['PATH'];
    process.env['PATH'] = folder;
    try {
      await expect(runProgram('npm', ['--version'])).rejects.toMatchObject({ code: 'E_TOOL_MISSING', hint: 'Install Node.js, which brings npm, and start VS Code again.' });
    } finally {
      process.env['PATH'] = path;
    }
  });

  it('that fails is told by the line that says why', async () => {
    await expect(runProgram(NODE, ['-e', 'console.error("Error: no room"); process.exit(3)'])).rejects.toMatchObject({ code: 'E_NATIVE_SETUP', message: expect.stringMatching(/ended with 3: Error: no room\.$/) as string });
    expect(tellingLine(['throw er; // Unhandled \'error\' event', 'Error: getaddrinfo ENOTFOUND host', 'at x'])).toBe('Error: getaddrinfo ENOTFOUND host');
    expect(tellingLine(['a.cc:1:10: fatal error: c_api.h: No such file', 'compilation terminated.'])).toContain('fatal error');
    expect(tellingLine(['npm error code ENOTFOUND', 'more'])).toBe('npm error code ENOTFOUND');
    expect(tellingLine(['only this.'])).toBe('only this');
    expect(tellingLine([])).toBe('it said nothing');
  });

  it('is ended with what it has started when it is cancelled', async () => {
    const controller = new AbortController();
    const file = join(folder, 'beats');
    const grandchild = `setInterval(() => { require('fs').appendFileSync(${JSON.stringify(file)}, '.'); console.log('beat'); }, 20)`;
    const running = runProgram(NODE, ['-e', `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' })`], { signal: controller.signal, onLine: () => { controller.abort(); } });
    await expect(running).rejects.toMatchObject({ code: 'E_CANCELLED' });
    const beats = readFileSync(file, 'utf8').length;
    await sleep(300);
    expect(readFileSync(file, 'utf8')).toHaveLength(beats);
  });
});

describe('a set-up', () => {
  it('that fails leaves nothing behind, nor what an earlier one left that was killed', async () => {
    const into = join(folder, 'storage', 'native');
    mkdirSync(`${into}-999999999`, { recursive: true }); // no process has this id
    mkdirSync(`${into}-${process.ppid}`);
    const controller = new AbortController();
    const started = setUpInto(into, () => Promise.resolve({ ways: ['wheel'] as const }), ({ stage }) => { if (stage === 'Installing tfjs-node') controller.abort(); }, { signal: controller.signal });
    await expect(started).rejects.toMatchObject({ code: 'E_CANCELLED' });
    expect(await bytesBelow(into)).toBe(0);
    expect(readdirSync(join(folder, 'storage'))).toEqual([`native-${process.ppid}`]);
  });

  it('is measured by the bytes that are there', async () => {
    mkdirSync(join(folder, 'a', 'b'), { recursive: true });
    writeFileSync(join(folder, 'a', 'b', 'c'), 'x'.repeat(1000));
    writeFileSync(join(folder, 'd'), 'x'.repeat(24));
    expect(await bytesBelow(folder)).toBe(1024);
    expect(await bytesBelow(join(folder, 'nowhere'))).toBe(0);
  });
});
