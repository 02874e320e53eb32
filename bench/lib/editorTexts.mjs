// Texts of so many tokens of the bundled model.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, SAMPLE } from '../../scripts/lib/paths.mjs';

/** The sample prompt again and again, cut after `tokens` tokens. */
export function textOf(tokens) {
  const sample = readFileSync(join(SAMPLE, 'prompt.md'), 'utf8');
  const text = sample.repeat(Math.ceil((2 * tokens) / countOf(sample)));
  const found = tokensOf(text);
  return text.slice(0, found[tokens].start);
}

const countOf = (text) => tokensOf(text).length;

function tokensOf(text) {
  const output = execFileSync(process.execPath, [join(ROOT, 'dist', 'cli.js'), 'trace', '--backend', 'wasm', '--format', 'json', '-'], { input: text, encoding: 'utf8', maxBuffer: 2 ** 28 });
  return JSON.parse(output).tokens;
}
