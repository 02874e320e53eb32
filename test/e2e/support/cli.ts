import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../../..');
export const SAMPLE = join(ROOT, 'media/sample');

export interface CliTrace {
  readonly simulated: boolean;
  readonly policy: unknown;
  readonly tokens: readonly { readonly id: number; readonly text: string; readonly start: number; readonly end: number; readonly surprisal: number | null }[];
  readonly layers: readonly { readonly layer: number; readonly counts: readonly number[]; readonly ids: readonly (readonly number[])[]; readonly weights: readonly (readonly number[])[]; readonly margins: readonly (number | null)[]; readonly probabilities: readonly (readonly number[])[] }[];
  readonly summary: { readonly meanExperts: number; readonly meanSurprisal: number; readonly perLayer: readonly number[]; readonly activeParameters: number };
}

/** What `moe-lens trace` prints for a text on the bundled model: what the editor has to show too. */
export function cliTrace(text: string, policy = 'native'): CliTrace {
  const output = execFileSync(process.execPath, [join(ROOT, 'dist/cli.js'), 'trace', '--backend', 'wasm', '--policy', policy, '--full', '--format', 'json', '-'], { input: text, encoding: 'utf8', maxBuffer: 1 << 28 });
  return JSON.parse(output) as CliTrace;
}

/** Mean count over the layers, per token. */
export const meanCounts = ({ tokens, layers }: CliTrace): number[] => tokens.map((_, t) => layers.reduce((sum, { counts }) => sum + counts[t], 0) / layers.length);
