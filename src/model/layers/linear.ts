import type { LinearProduct } from '../../tensor/kernels/linear.js';
import { slice } from '../../tensor/numbers.js';
import type { Pass } from '../pass.js';
import type { Rows } from '../rows.js';
import { matrixWeight, vectorWeight, type MatrixWeight, type VectorWeight, type Weight } from '../weight.js';
import { norm, type Norm } from './norm.js';

/** A linear layer as stored. */
export interface Projection {
  readonly weight: MatrixWeight;
  readonly bias?: VectorWeight;
}

export const projection = (prefix: string, out: number, inputs: number, bias = false): Projection => ({
  weight: matrixWeight(`${prefix}.weight`, out, inputs),
  ...(bias ? { bias: vectorWeight(`${prefix}.bias`, out) } : {}),
});

export const projectionWeights = ({ weight, bias }: Projection): Weight[] => (bias === undefined ? [weight] : [weight, bias]);

/** Reading a weight from memory takes as long as multiplying so many rows with it. */
const STREAMED_ROWS = 16;
/** Outputs of a weight are cut at multiples of this, where they are shared out to lanes. */
const OUTPUT_STEP = 16;

/** x Wᵗ (+ b), then the norm if there is one: [T, in] to [T, out]. */
export async function project(x: Rows, weight: Projection, afterwards: Norm | undefined, pass: Pass): Promise<Rows> {
  const [result] = await projectAll(x, [weight], pass);
  if (afterwards !== undefined) await norm(result, result, afterwards, pass);
  return result;
}

/** The same rows through several weights at once, the outputs of each shared out to the lanes. */
export async function projectAll(x: Rows, projections: readonly Projection[], pass: Pass): Promise<Rows[]> {
  const results = projections.map(({ weight }) => pass.scratch.rows(x.count, weight.out));
  await pass.weights.hold(projections.map(({ weight, bias }) => ({ weight, bias })), async (held) => {
    const products = projections.map(({ weight }, i): LinearProduct => ({
      ...held[i], outputs: weight.out, into: results[i].values, stride: weight.out, column: 0,
    }));
    const work = products.reduce((sum, { outputs }) => sum + outputs * x.width * Math.max(x.count, STREAMED_ROWS), 0);
    const lanes = pass.lanes.lanesFor(work);
    const jobs = Array.from({ length: lanes }, (_, lane) => products.flatMap((product) => share(product, x.width, lane, lanes)));
    await pass.lanes.run('linear', jobs.map((each) => ({ x: x.values, rows: x.count, width: x.width, products: each })));
  });
  return results;
}

/** The outputs of a product that one of `lanes` lanes computes. */
function share(product: LinearProduct, width: number, lane: number, lanes: number): LinearProduct[] {
  const cut = (i: number): number => (i === lanes ? product.outputs : Math.round((product.outputs * i) / lanes / OUTPUT_STEP) * OUTPUT_STEP);
  const [from, to] = [cut(lane), cut(lane + 1)];
  if (from >= to) return [];
  return [{ ...product, weight: slice(product.weight, from * width, (to - from) * width), bias: product.bias?.subarray(from, to), outputs: to - from, column: from }];
}
