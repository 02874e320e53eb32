import type { Pass, Piece } from '../pass.js';
import type { Rows } from '../rows.js';
import { vectorWeight, type VectorWeight } from '../weight.js';
import type { Layer } from './layer.js';
import { project, projection, projectionWeights, type Projection } from './linear.js';

interface ShortConvolutionSpec {
  readonly hidden: number;
  readonly kernel: number;
  /** To two gates and what passes them: [3 hidden, hidden] */
  readonly input: Projection;
  /** One short filter a channel: [hidden, kernel] */
  readonly filter: VectorWeight;
  readonly filterBias: VectorWeight | undefined;
  readonly output: Projection;
}

/**
 * LFM2's mixer of tokens: b, c and x of the input; c * filter(b * x), where the filter sees a channel of this token and the kernel - 1
 * before it. Source: transformers `modeling_lfm2_moe.py`, Lfm2MoeShortConv.
 */
export function shortConvolution(prefix: string, hidden: number, kernel: number, bias: boolean): Layer {
  const spec: ShortConvolutionSpec = {
    hidden,
    kernel,
    input: projection(`${prefix}.in_proj`, 3 * hidden, hidden, bias),
    filter: vectorWeight(`${prefix}.conv.weight`, hidden * kernel, { of: [hidden, kernel], offset: 0, steps: [1] }),
    filterBias: bias ? vectorWeight(`${prefix}.conv.bias`, hidden) : undefined,
    output: projection(`${prefix}.out_proj`, hidden, hidden, bias),
  };
  return {
    kept: hidden,
    weights: [...projectionWeights(spec.input), spec.filter, ...(spec.filterBias === undefined ? [] : [spec.filterBias]), ...projectionWeights(spec.output)],
    forward: (x, layer, pass, pieces) => run(x, layer, spec, pass, pieces),
  };
}

/** x: [T, hidden], already normed. Returns [T, hidden]. */
async function run(x: Rows, layer: number, { hidden, kernel, input, filter, filterBias, output }: ShortConvolutionSpec, pass: Pass, pieces: readonly Piece[]): Promise<Rows> {
  const all = await project(x, input, undefined, pass); // (T, 3 hidden)
  const mixed = pass.scratch.rows(x.count, hidden);
  await pass.weights.use({ filter, bias: filterBias }, (w) => {
    for (const { sequence, from, count, position } of pieces) {
      const { keys: products } = sequence.cache.layer(layer, 1, hidden, 0); // b * x of every token so far
      for (let row = 0; row < count; row++) {
        const at = (from + row) * 3 * hidden;
        for (let c = 0; c < hidden; c++) products[(position + row) * hidden + c] = all.values[at + c] * all.values[at + 2 * hidden + c];
      }
      for (let row = 0; row < count; row++) {
        const at = (from + row) * 3 * hidden + hidden;
        for (let c = 0; c < hidden; c++) mixed.values[(from + row) * hidden + c] = all.values[at + c] * convolve(products, position + row, c, { hidden, kernel, filter: w.filter, bias: w.bias?.[c] ?? 0 });
      }
    }
  });
  return project(mixed, output, undefined, pass);
}

/** bias + the sum over the kernel of channel `c` of the tokens up to `position` times their filter elements; before the text there is nothing. */
function convolve(x: Float32Array, position: number, c: number, { hidden, kernel, filter, bias }: { readonly hidden: number; readonly kernel: number; readonly filter: Float32Array; readonly bias: number }): number {
  let sum = bias;
  for (let k = Math.max(0, kernel - 1 - position); k < kernel; k++) sum += x[(position - kernel + 1 + k) * hidden + c] * filter[c * kernel + k];
  return sum;
}
