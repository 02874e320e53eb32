/** The parts of the bench that are tested here: it is plain JavaScript. */
declare module '*/bench/lib/numbers.mjs' {
  export function toBf16(values: Float32Array): Uint16Array;
  export function roundToBf16(values: Float32Array): void;
  export function toQ8(values: Float32Array): Uint8Array;
}
declare module '*/bench/lib/options.mjs' {
  export function readOptions(argv: readonly string[]): object;
}
declare module '*/bench/lib/results.mjs' {
  export function combine(cells: readonly object[]): object[];
}
declare module '*/bench/lib/shape.mjs' {
  export const BENCH_SHAPE: object;
  export function parseShape(text: string): object;
  export function flops(shape: object, tokens: number, meanCount: number, lastRows?: number): number;
}
declare module '*/bench/lib/tables.mjs' {
  interface Table { readonly title: string; readonly head: readonly string[]; readonly rows: readonly string[][] }
  export function speedTables(figures: readonly object[], run: object): [Table];
  export function costTables(figures: readonly object[], run: object): [Table];
}
