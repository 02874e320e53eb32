/** 6_900_000_000 as "6.9 B", 5_400_000 as "5.4 M". */
export function parameters(count: number): string {
  const [divisor, unit] = count >= 1e9 ? [1e9, ' B'] : count >= 1e6 ? [1e6, ' M'] : count >= 1e3 ? [1e3, ' k'] : [1, ''];
  const value = count / divisor;
  return `${divisor === 1 ? Math.round(value) : value.toPrecision(3)}${unit}`;
}

/** 13_800_000_000 as "13.8 GB". */
export function bytes(count: number): string {
  const [divisor, unit] = count >= 1e9 ? [1e9, 'GB'] : count >= 1e6 ? [1e6, 'MB'] : count >= 1e3 ? [1e3, 'kB'] : [1, 'bytes'];
  return `${divisor === 1 ? count : (count / divisor).toFixed(1)} ${unit}`;
}
