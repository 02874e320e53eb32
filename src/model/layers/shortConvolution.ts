import type { Pass, Piece } from '../pass.js';
import type { Rows } from '../rows.js';
import { matrixWeight, vectorWeight, type MatrixWeight, type VectorWeight } from '../weights.js';
import type { Layer } from './layer.js';
import { project, projection, projectionWeights, type Projection } from './linear.js';

interface ShortConvolutionSpec {
  readonly hidden: number;
  readonly kernel: number;
  /** To two gates and what passes them: [3 hidden, hidden] */
  readonly input: Projection;
  /** One short filter a channel: [hidden, kernel] */
  readonly filter: MatrixWeight;
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
    filter: matrixWeight(`${prefix}.conv.weight`, hidden, kernel),
    filterBias: bias ? vectorWeight(`${prefix}.conv.bias`, hidden) : undefined,
    output: projection(`${prefix}.out_proj`, hidden, hidden, bias),
  };
  return {
    weights: [...projectionWeights(spec.input), spec.filter, ...(spec.filterBias === undefined ? [] : [spec.filterBias]), ...projectionWeights(spec.output)],
    forward: (x, layer, pass, pieces) => run(x, layer, spec, pass, pieces),
  };
}

/** x: [T, hidden], already normed. Returns [T, hidden]. */
async function run(x: Rows, layer: number, { hidden, kernel, input, filter, filterBias, output }: ShortConvolutionSpec, pass: Pass, pieces: readonly Piece[]): Promise<Rows> {
  const all = await project(x, input, undefined, pass); // (T, 3 hidden)
  const mixed = pass.scratch.rows(x.count, hidden);
  await pass.weights.use({ filter, bias: filterBias }, (w) => {
    for (const { sequence, from, count } of pieces) {
      const seen = new Float32Array((kernel - 1 + count) * hidden); // b * x of the tokens before and of these
      seen.set(sequence.cache.rowsBefore(layer, kernel - 1, hidden));
      for (let row = 0; row < count; row++) {
        const at = (from + row) * 3 * hidden;
        for (let c = 0; c < hidden; c++) seen[(kernel - 1 + row) * hidden + c] = all.values[at + c] * all.values[at + 2 * hidden + c];
      }
      sequence.cache.keepRows(layer, seen.subarray(count * hidden));
      for (let row = 0; row < count; row++) {
        const at = (from + row) * 3 * hidden + hidden;
        for (let c = 0; c < hidden; c++) mixed.values[(from + row) * hidden + c] = all.values[at + c] * convolve(seen, row * hidden + c, hidden, w.filter, c * kernel, kernel, w.bias?.[c] ?? 0);
      }
    }
  });
  return project(mixed, output, undefined, pass);
}

/** bias + the sum of x[at + k step] filter[first + k] */
function convolve(x: Float32Array, at: number, step: number, filter: Float32Array, first: number, kernel: number, bias: number): number {
  let sum = bias;
  for (let k = 0; k < kernel; k++) sum += x[at + k * step] * filter[first + k];
  return sum;
}
