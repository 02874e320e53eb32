/** `moe-lens` as a person runs it: exit codes, one clear line for an error, results on stdout only. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const FIXTURES = join(ROOT, 'test/fixtures');
const DYNAMIC = join(FIXTURES, 'checkpoints/dynamic-a');

/** @param home whose caches are looked at: none unless said, whatever is on this machine */
function moeLens(args: readonly string[], input = '', home = join(FIXTURES, 'no-home')): { status: number | null; stdout: string; stderr: string } {
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, USERPROFILE: home };
  return spawnSync(process.execPath, [join(ROOT, 'dist/cli.js'), ...args], { encoding: 'utf8', input, timeout: 60_000, env });
}

interface TraceJson {
  readonly schema: string;
  readonly simulated: boolean;
  readonly tokens: readonly { readonly id: number; readonly text: string; readonly start: number; readonly end: number; readonly surprisal: number | null }[];
  readonly layers: readonly { readonly layer: number; readonly counts: readonly number[]; readonly ids: readonly (readonly number[])[]; readonly probabilities?: readonly unknown[] }[];
  readonly summary: { readonly meanExperts: number; readonly meanSurprisal: number | null; readonly perLayer: readonly number[] };
  readonly memory: { readonly budgetBytes: number; readonly estimatedBytes: number; readonly peakBytes: number };
}

describe('moe-lens trace', () => {
  it('prints Trace JSON v1 for a file, the standard input and --text alike', () => {
    const file = join(DYNAMIC, 'text.txt');
    const text = readFileSync(file, 'utf8');
    const runs = [moeLens(['trace', '--model', DYNAMIC, '--format', 'json', file]), moeLens(['trace', '--model', DYNAMIC, '--format', 'json', '-'], text), moeLens(['trace', '--model', DYNAMIC, '--format', 'json', '--text', text])];
    const traces = runs.map(({ stdout }) => JSON.parse(stdout) as TraceJson);
    for (const run of runs) expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(traces[0]).toMatchObject({ schema: 'moe-lens.trace/1', simulated: false, policy: { kind: 'top-p', p: 0.4 }, model: { family: 'dynamic', experts: 8 } });
    expect(traces[0]?.layers[0]?.probabilities).toBeUndefined();
    const same = (trace: TraceJson | undefined): unknown => ({ ...trace, timings: 0, memory: 0 });
    expect(same(traces[1])).toEqual(same(traces[0]));
    expect(same(traces[2])).toEqual(same(traces[0]));
  });

  it('gives an array for several policies, and all probabilities with --full', () => {
    const { stdout } = moeLens(['trace', '--model', DYNAMIC, '--policy', 'native', '--policy', 'top-k:2', '--full', '--format', 'json', '--text', 'two runs']);
    const traces = JSON.parse(stdout) as TraceJson[];
    expect(traces.map(({ simulated }) => simulated)).toEqual([false, true]);
    expect(traces[1]?.layers[0]?.counts.every((count) => count === 2)).toBe(true);
    expect(traces[1]?.layers[0]?.probabilities?.[0]).toHaveLength(8);
  });

  it('says what memory it was given and what it needed', () => {
    const run = ['trace', '--model', DYNAMIC, '--memory', '1.5GB', '--text', 'a b'];
    const { memory } = JSON.parse(moeLens([...run, '--format', 'json']).stdout) as TraceJson;
    expect(memory.budgetBytes).toBe(1.5 * 2 ** 30);
    expect(memory.peakBytes).toBeGreaterThan(20 * 2 ** 20); // of this whole process, as the system counts
    expect(moeLens(run).stdout).toMatch(/^memory [\d.]+ MiB of 1\.5 GiB \(estimated /m);
    expect(moeLens(['trace', '--memory', '100MB', '--text', 'a'])).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(/^moe-lens: --memory takes an amount of memory of at least 256MB/) as string });
  });

  it('leaves surprisal out where none is asked for, and counts the same', () => {
    const run = ['trace', '--model', DYNAMIC, '--text', 'no surprise'];
    const [asked, not] = [run, [...run, '--no-surprisal']].map((args) => JSON.parse(moeLens([...args, '--format', 'json']).stdout) as TraceJson);
    expect(asked?.summary.meanSurprisal).toBeGreaterThan(0);
    expect([not?.summary.meanSurprisal, ...(not?.tokens.map(({ surprisal }) => surprisal) ?? [])].every((nats) => nats === null)).toBe(true);
    expect(not?.layers).toEqual(asked?.layers);
    for (const format of ['text', 'csv', 'html']) expect(moeLens([...run, '--no-surprisal', '--format', format]).stdout).not.toMatch(/NaN|null|undefined/);
    expect(moeLens([...run, '--no-surprisal']).stdout).toContain(', surprisal not computed, ');
  });

  it('says what a policy saves: against native Top-K, and against another one that was run', () => {
    const { stdout } = moeLens(['trace', '--model', join(FIXTURES, 'checkpoints/olmoe-a'), '--policy', 'top-k:2', '--policy', 'native', '--text', 'two policies']);
    expect(stdout).toMatch(/^.*half of the expert multiplications of Top-4$/m);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^Top-2 \(simulated\) against Top-4 \(native\): .*2\.00 instead of 4\.00 experts a token$/);
  });

  it('prints a table, CSV and a page of its own', () => {
    const as = (format: string): string => moeLens(['trace', '--model', DYNAMIC, '--format', format, '--text', 'a <b> "c", d']).stdout;
    expect(as('text')).toContain('of 8 experts a token and layer');
    expect(as('csv').split('\r\n')[0]).toBe('policy,token,id,start,end,text,surprisal,mean_experts,layer_0,layer_1,layer_2');
    expect(as('html')).toContain('<!doctype html>');
    expect(as('html')).not.toContain('<b>');
  });

  it.each([
    [[], 2], [['nonsense'], 2], [['trace'], 2], [['trace', '--policy'], 2], [['trace', '--nope', 'x'], 2], [['trace', '--text', 'a', 'b.txt'], 2], [['trace', '--text', 'a', '--format', 'xml'], 2],
    [['--help'], 0], [['--version'], 0], [['trace', '--help'], 0],
  ] as const)('%j ends with %i', (args, status) => {
    expect(moeLens([...args]).status).toBe(status);
  });

  it.each([
    [['--text', ''], 'E_TEXT_EMPTY'], [['--text', 'x', '--policy', 'top-p:2'], 'E_POLICY_INVALID'], [['no-such-file.txt'], 'E_UNREADABLE'], [[FIXTURES], 'E_UNREADABLE'],
    [['--text', 'x', '--model', 'no-such-model'], 'E_MODEL_NOT_FOUND'],
  ] as const)('%j says %s in one line', (args, code) => {
    const { status, stdout, stderr } = moeLens(['trace', '--model', DYNAMIC, ...args]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^moe-lens: ${code}: [^\\n]+\\n$`));
  });
});

describe('damaged checkpoints', () => {
  const broken = JSON.parse(readFileSync(join(FIXTURES, 'broken/broken.json'), 'utf8')) as { path: string; why: string; expect: string }[];

  it.each(broken.map((each) => [each.path, each.expect] as const))('%s gives %s', (path, code) => {
    const { status, stdout, stderr } = moeLens(['trace', '--model', join(FIXTURES, 'broken', path), '--policy', 'native', '--full', '--format', 'json', join(FIXTURES, 'broken/text.txt')]);
    if (code === 'OK') {
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      return;
    }
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^moe-lens: ${code}: [^\\n]+\\n$`));
    expect(stderr).not.toMatch(/root:/);
  });
});

describe('moe-lens info and models', () => {
  it('says what a checkpoint is', () => {
    const text = moeLens(['info', DYNAMIC]);
    expect(text).toMatchObject({ status: 0, stderr: '' });
    expect(text.stdout).toMatch(/native policy +top-p:0\.4/);
    const { stdout } = moeLens(['info', '--model', join(FIXTURES, 'checkpoints/qwen3moe-a'), '--format', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ family: 'qwen3_moe', layers: 4, experts: 8, nativePolicy: 'top-k:3', dtypes: ['BF16'], fits: 'memory', tokenizer: 'BPE', chatTemplate: false });
    expect(moeLens(['info', '--json', join(FIXTURES, 'checkpoints/qwen3moe-a')]).stdout).toBe(stdout);
  });

  it('lists what is in a folder, and what was skipped with the reason', () => {
    const { status, stdout } = moeLens(['models', '--format', 'json', FIXTURES]);
    const { found, skipped } = JSON.parse(stdout) as { found: { name: string; family: string }[]; skipped: { name: string; code: string }[] };
    expect(status).toBe(0);
    expect(found).toContainEqual(expect.objectContaining({ name: 'olmoe-a', family: 'olmoe', experts: 16 }));
    expect(skipped).toContainEqual(expect.objectContaining({ name: 'not-moe', code: 'E_NOT_MOE' }));
    expect(skipped).toContainEqual(expect.objectContaining({ name: 'tokenizer-missing', code: 'E_TOKENIZER_MISSING' }));
  });

  it('lists what is in the caches of a home folder, as a table', () => {
    const home = mkdtempSync(join(tmpdir(), 'moe-lens-cli-'));
    onTestFinished(() => { rmSync(home, { recursive: true }); });
    cpSync(DYNAMIC, join(home, '.cache/huggingface/hub/models--org--dynamic/snapshots/c1'), { recursive: true });
    cpSync(join(FIXTURES, 'broken/ok.gguf'), join(home, '.lmstudio/models/someone/olmoe/olmoe-F32.gguf'));
    cpSync(join(FIXTURES, 'broken/not-moe'), join(home, '.cache/huggingface/hub/models--org--dense/snapshots/c1'), { recursive: true });
    const { status, stdout, stderr } = moeLens(['models'], '', home);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const line of [/^org\/dynamic +dynamic +8 a layer .* fits in memory +Hugging Face cache /m, /^olmoe-F32 +olmoe +2 a layer .* F32 .* LM Studio /m, /^demo-model /m, /^skipped:$/m, /^org\/dense +E_NOT_MOE +Hugging Face cache .* without experts/m]) {
      expect(stdout).toMatch(line);
    }
  });

  it('tells shared experts and dense layers from the experts that are counted', () => {
    const model = join(FIXTURES, 'checkpoints/qwen2moe-a');
    expect(moeLens(['info', model]).stdout).toMatch(/^layers +\d+: \d+ with experts, \d+ dense \([\d, to]+\)\nexperts +\d+ a layer and 1 shared$/m);
    const { stdout } = moeLens(['trace', '--model', model, '--text', 'two', '--format', 'json']);
    const trace = JSON.parse(stdout) as TraceJson & { readonly model: { readonly layers: number; readonly moeLayers: readonly number[]; readonly sharedExperts: number } };
    expect(trace.model.sharedExperts).toBe(1);
    expect(trace.model.layers).toBeGreaterThan(trace.model.moeLayers.length);
    expect(trace.layers.map(({ layer }) => layer)).toEqual(trace.model.moeLayers);
    expect(moeLens(['trace', '--model', model, '--text', 'two']).stdout).toMatch(/^Not counted: 1 shared expert a layer, which every token uses; layers? [\d, to]+, which (is|are) dense\.$/m);
  });

  it('refuses a policy that would not be faithful, before anything is printed', () => {
    const { status, stdout, stderr } = moeLens(['trace', '--model', join(FIXTURES, 'checkpoints/phimoe-a'), '--policy', 'native', '--policy', 'top-p:0.4', '--format', 'json', '--text', 'x']);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^moe-lens: E_POLICY_UNSUPPORTED: [^\n]+\n$/);
  });

  it('say what a probability is where the router is a sigmoid', () => {
    expect(moeLens(['trace', '--model', join(FIXTURES, 'checkpoints/deepseekv3-a'), '--policy', 'top-p:0.4', '--text', 'x']).stdout).toContain('sigmoid');
  });

  it.each([[['models', '--model', 'x'], 2], [['models', '--json', '--format', 'text'], 2], [['info', 'a', 'b'], 2], [['info', 'no-such-model'], 1]] as const)('%j ends with %i', (args, status) => {
    expect(moeLens([...args]).status).toBe(status);
  });
});
