/** Numbers as people read them. It says experts, never how hard a text is (design, section 2). */
import type { BackendInfo } from '../trace/run.js';

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

export function bytesText(bytes: number): string {
  return scaled(bytes, 1024, [' B', ' KiB', ' MiB', ' GiB', ' TiB']);
}

function scaled(value: number, step: number, units: readonly string[]): string {
  let rest = value;
  let unit = 0;
  while (rest >= step && unit < units.length - 1) {
    rest /= step;
    unit++;
  }
  return `${unit === 0 || rest >= 100 ? Math.round(rest) : rest.toFixed(1)}${units[unit] ?? ''}`;
}
