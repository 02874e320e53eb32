/** Amounts of memory, as people write and read them. A KB is 1024 bytes, as in `--memory 2GB`. */

/** Least memory that a run can be given: the backend and one layer of a small model. */
export const LEAST_MEMORY = 256 * 2 ** 20;

/** How an amount is written, for the message about one that can't be used. */
export const MEMORY_USAGE = 'an amount of memory of at least 256MB, for example 4GB or 1500MB';

const POWERS: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3, t: 4 };

/** Bytes of "4GB", "1.5 GB", "1500MB" or "4GiB"; undefined for what is no amount or less than LEAST_MEMORY. */
export function parseMemory(text: string): number | undefined {
  const [, amount, unit] = /^\s*(\d{1,12}(?:\.\d{1,6})?)\s*([kmgt])i?b\s*$/i.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const bytes = Math.floor(Number(amount) * 1024 ** (POWERS[unit.toLowerCase()] ?? 0));
  return Number.isSafeInteger(bytes) && bytes >= LEAST_MEMORY ? bytes : undefined;
}

/** "4.0 GiB" */
export function bytesText(bytes: number): string {
  return scaled(bytes, 1024, [' B', ' KiB', ' MiB', ' GiB', ' TiB']);
}

/** A number in the largest of the units, each `step` times the one before, that leaves at least 1. */
export function scaled(value: number, step: number, units: readonly string[]): string {
  let rest = value;
  let unit = 0;
  while (rest >= step && unit < units.length - 1) {
    rest /= step;
    unit++;
  }
  return `${unit === 0 || rest >= 100 ? Math.round(rest) : rest.toFixed(1)}${units[unit] ?? ''}`;
}
