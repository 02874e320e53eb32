/** Numbers as people read them. It says experts, never how hard a text is (design, section 2). */
import { bytesText, scaled } from '../base/bytes.js';
import type { BackendInfo, RunMemory } from '../trace/run.js';

/** A token's count: one decimal, "1.5". */
export function countText(count: number): string {
  return count.toFixed(1);
}

/** A mean over many tokens: two decimals, "1.83". */
export function meanText(count: number): string {
  return count.toFixed(2);
}

/** A probability or weight without its leading zero, ".21"; "1" and "0" stay. "–" for what is not finite (null, after JSON). */
export function fractionText(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '–';
  const text = value.toFixed(2);
  if (text === '0.00') return value > 0 ? '<.01' : '0';
  return text === '1.00' ? '1' : text.replace(/^(-?)0\./, '$1.');
}

/** Whether a run has no surprisal because none was asked for. A single token has none in any case: nothing precedes it. */
export function lacksSurprisal(meanSurprisal: number | null, tokens: number): boolean {
  return meanSurprisal === null && tokens > 1;
}

/** The peak, "1.9 GiB", and what it is to be compared with, "of 2.0 GiB (estimated 1.8 GiB)". */
export function memoryWords({ peakBytes, budgetBytes, estimatedBytes }: RunMemory): readonly [peak: string, of: string] {
  return [bytesText(peakBytes), `of ${bytesText(budgetBytes)} (estimated ${bytesText(estimatedBytes)})`];
}

/** "0.5 ms", "41 ms", "3.2 s", "2 min 5 s". */
export function durationText(ms: number): string {
  if (ms < 999.5) return `${ms.toFixed(ms < 9.95 ? 1 : 0)} ms`;
  if (ms < 59950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function surprisalText(nats: number | null): string {
  return nats === null || !Number.isFinite(nats) ? 'no surprisal' : `${nats.toFixed(2)} nats`;
}

export function backendText(backend: BackendInfo): string {
  const name = backend.name === 'tensorflow' ? 'TensorFlow' : 'WebAssembly';
  return backend.threads > 1 ? `${name}, ${backend.threads} threads` : name;
}

/** "1 token", "74 tokens". */
export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** 12345678 becomes "12.3 M"; for parameters, bytes use `bytesText`. */
export function bigText(value: number): string {
  return scaled(value, 1000, ['', ' k', ' M', ' G', ' T']);
}

