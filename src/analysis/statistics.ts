/** The few statistics that the rest of this folder is written in. Empty input gives NaN, never an exception. */

/** (1/n) sum x_i */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
  return sum / values.length;
}

/** Population standard deviation: sqrt((1/n) sum (x_i - mean)^2). */
export function standardDeviation(values: ArrayLike<number>): number {
  const centre = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += ((values[i] ?? 0) - centre) ** 2;
  return Math.sqrt(squares / values.length);
}

/** A sorted copy, ascending. */
export function sorted(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort();
}

/**
 * The q-quantile of ascending values, linear between the two nearest (NumPy's default):
 * h = (n - 1) q, x_floor(h) + (h - floor(h)) (x_ceil(h) - x_floor(h)).
 */
export function quantile(ascending: ArrayLike<number>, q: number): number {
  if (ascending.length === 0) return Number.NaN;
  const h = (ascending.length - 1) * q;
  const below = ascending[Math.floor(h)] ?? Number.NaN;
  const above = ascending[Math.ceil(h)] ?? Number.NaN;
  return below + (h - Math.floor(h)) * (above - below);
}
