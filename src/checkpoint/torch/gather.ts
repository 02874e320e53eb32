/**
 * Where the elements [start, start + count) of a tensor are in its storage, in row-major order of the tensor. For a
 * transposed or otherwise strided one they do not stand one after the other.
 * @param size of each dimension, none of them 0
 * @param stride elements of the storage from one index to the next, for each dimension
 */
export function* sourceIndices(size: readonly number[], stride: readonly number[], start: number, count: number): Generator<number> {
  const index = unravel(size, start);
  let at = index.reduce((sum, n, d) => sum + n * stride[d], 0);
  for (let i = 0; i < count; i++) {
    yield at;
    for (let d = size.length - 1; d >= 0; d--) {
      at += stride[d];
      if (++index[d] < size[d]) break;
      at -= size[d] * stride[d];
      index[d] = 0;
    }
  }
}

/** The first and the last place in the storage that any of these elements has. */
export function reach(size: readonly number[], stride: readonly number[], start: number, count: number): { readonly first: number; readonly last: number } {
  let first = Infinity;
  let last = -Infinity;
  for (const at of sourceIndices(size, stride, start, count)) {
    first = Math.min(first, at);
    last = Math.max(last, at);
  }
  return { first, last };
}

function unravel(size: readonly number[], start: number): number[] {
  const index = new Array<number>(size.length).fill(0);
  for (let d = size.length - 1, rest = start; d >= 0; d--) {
    index[d] = rest % size[d];
    rest = Math.floor(rest / size[d]);
  }
  return index;
}
