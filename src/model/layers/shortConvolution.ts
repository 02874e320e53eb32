import { add, multiply, sliceColumns, sliceRows, tidy, type Matrix, type Vector } from '../../tensor/ops.js';
import type { Pass } from '../pass.js';
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
    forward: (x, layer, pass) => run(x, layer, spec, pass),
  };
}

/** x: [T, hidden], already normed. Returns [T, hidden]. */
async function run(x: Matrix, layer: number, { hidden, kernel, input, filter, filterBias, output }: ShortConvolutionSpec, pass: Pass): Promise<Matrix> {
  const all = await project(x, input, undefined, pass); // (T, 3 hidden)
  const gated = tidy(() => multiply(sliceColumns(all, 0, hidden), sliceColumns(all, 2 * hidden, hidden)));
  const seen = pass.cache.precede(layer, gated, kernel - 1); // (kernel - 1 + T, hidden)
  const mixed = await pass.weights.use({ filter, bias: filterBias }, (w) => multiply(sliceColumns(all, hidden, hidden), convolve(seen, w.filter, w.bias)));
  return project(mixed, output, undefined, pass);
}

/** seen: [kernel - 1 + T, channels], filter: [kernel, channels]. Returns [T, channels]. */
function convolve(seen: Matrix, filter: Matrix, bias: Vector | undefined): Matrix {
  const [kernel] = filter.shape;
  const tokens = seen.shape[0] - kernel + 1;
  let sum = multiply(sliceRows(seen, 0, tokens), sliceRows(filter, 0, 1));
  for (let k = 1; k < kernel; k++) sum = add(sum, multiply(sliceRows(seen, k, tokens), sliceRows(filter, k, 1)));
  return bias === undefined ? sum : add(sum, bias);
}
