import { MessageChannel } from 'node:worker_threads';
import { LensError } from '../base/errors.js';
import type { Device, Tensor } from './device.js';
import { SharedMemory, type Block } from './memory.js';
import { widen } from './numbers.js';

/** What tfjs-node's binding offers, as far as it is used here (its binding/tfjs_binding.d.ts). */
export interface Binding {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_SHAPE: number;
  createTensor(shape: number[], dtype: number, values: Float32Array | Int32Array | Uint8Array): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array;
  executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): { id: number; shape: number[] }[];
}
interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean | readonly number[];
}

/** TF_DataType of tensorflow/core/framework/types.proto, where the binding has no name for it. */
const UINT8 = 4;
const HALVES: Readonly<Record<string, number>> = { BF16: 14, F16: 19 };

interface Handle extends Tensor {
  readonly id: number;
}

/** For so many rows w xᵗ, turned round, takes up to a fifth less time than x wᵗ (one thread, [t, 1024] x [1024, 1024]). */
const turnedPays = (rows: number): boolean => rows >= 8 && rows < 96;

/** Buffers that are sent here are freed at once; left to the garbage collector, what is read from tensors keeps it at work (a tenth of a run's CPU time). */
const nowhere = new MessageChannel().port1;
nowhere.close();

/**
 * TensorFlow's operations called directly: through tfjs-core each would cost some 10 microseconds instead of 3. Products go through
 * BatchMatMulV2: MatMul calls another part of oneDNN, which needs a fifth more time for [128, 1024] x [1024, 1024].
 */
export function nativeDevice(binding: Binding): Device {
  const { TF_FLOAT, TF_INT32, TF_ATTR_BOOL, TF_ATTR_TYPE } = binding;
  const type = (name: string, value: number): Attribute => ({ name, type: TF_ATTR_TYPE, value });
  const flag = (name: string, value: boolean): Attribute => ({ name, type: TF_ATTR_BOOL, value });
  const T = type('T', TF_FLOAT);
  const product = (a: boolean, b: boolean): Attribute[] => [flag('adj_x', a), flag('adj_y', b), T];
  const [plain, secondTurned] = [product(false, false), product(false, true)];
  const plainOp = [T];
  const sliceOp = [T, type('Index', TF_INT32)];
  const transposeOp = [T, type('Tperm', TF_INT32)];
  const reduceOp = [flag('keep_dims', true), T, type('Tidx', TF_INT32)];
  const gatherOp: Attribute[] = [type('Tparams', TF_FLOAT), type('Tindices', TF_INT32), type('Taxis', TF_INT32), { name: 'batch_dims', type: binding.TF_ATTR_INT, value: 0 }];
  const variableOp = [type('dtype', TF_FLOAT)];
  const handleOp: Attribute[] = [type('dtype', TF_FLOAT), { name: 'shape', type: binding.TF_ATTR_SHAPE, value: [] }];
  const scatterOp = [type('dtype', TF_FLOAT), type('Tindices', TF_INT32)];
  const joinOp: Attribute[] = [{ name: 'N', type: binding.TF_ATTR_INT, value: 2 }, T, type('Tidx', TF_INT32)];

  const cast = (from: number): Attribute[] => [type('SrcT', from), type('DstT', TF_FLOAT), flag('Truncate', false)];
  const bitcast = (to: number): Attribute[] => [type('T', UINT8), type('type', to)];
  const widening = new Map(Object.entries(HALVES).map(([name, half]) => [name, { bitcast: bitcast(half), cast: cast(half) }]));

  /** Where stored numbers are widened to: as long as their scope. */
  const memory = new SharedMemory(Infinity);
  let widened: Block[] = [];
  let made: number[] = [];
  let copies: ArrayBuffer[] = [];
  const own = (id: number): number => { made.push(id); return id; };
  const run = (name: string, attributes: Attribute[], ...inputs: number[]): Handle => {
    const [{ id, shape }] = binding.executeOp(name, attributes, inputs, 1);
    return { id: own(id), rows: shape[0] ?? 1, columns: shape[1] ?? 1 };
  };
  const idOf = (tensor: Tensor): number => (tensor as Handle).id;
  const number = (value: number): number => own(binding.createTensor([], TF_FLOAT, Float32Array.of(value)));
  const indices = (values: Int32Array): number => own(binding.createTensor([values.length], TF_INT32, values));
  const integers = (...values: number[]): number => indices(Int32Array.from(values));
  const axis = (which: 0 | 1): number => own(binding.createTensor([], TF_INT32, Int32Array.of(which)));
  const device: Device = {
    name: 'tensorflow',
    version: binding.TF_Version,
    scope: (work) => {
      const outer = { made, widened, copies };
      [made, widened, copies] = [[], [], []];
      try {
        return work();
      } finally {
        for (const id of made) binding.deleteTensor(id);
        for (const block of widened) memory.free(block);
        for (const buffer of copies) nowhere.postMessage(null, [buffer]);
        ({ made, widened, copies } = outer);
      }
    },
    from: (values, rows, columns): Handle => ({ id: own(binding.createTensor([rows, columns], TF_FLOAT, values)), rows, columns }),
    weight: (numbers, rows, columns) => {
      if (!('type' in numbers)) return device.from(numbers, rows, columns);
      const half = widening.get(numbers.type.name);
      if (half !== undefined) return run('Cast', half.cast, run('Bitcast', half.bitcast, own(binding.createTensor([rows, columns, 2], UINT8, numbers.bytes))).id);
      const block = memory.allocate(rows * columns * Float32Array.BYTES_PER_ELEMENT);
      if (block === undefined) throw new LensError('E_OUT_OF_MEMORY', `There is no memory to widen ${numbers.name}.`, 'Close other programs.');
      widened.push(block);
      const values = memory.floats(block, rows * columns);
      widen(numbers, values);
      return device.from(values, rows, columns);
    },
    read: (tensor) => {
      const values = binding.tensorDataSync(idOf(tensor));
      copies.push(values.buffer as ArrayBuffer);
      return values;
    },
    times: (a, b) => run('BatchMatMulV2', plain, idOf(a), idOf(b)),
    timesTransposed: (a, b) => run('BatchMatMulV2', secondTurned, idOf(a), idOf(b)),
    linear: (x, w) => (turnedPays(x.rows) ? device.transpose(device.timesTransposed(w, x)) : device.timesTransposed(x, w)),
    add: (a, b) => run('AddV2', plainOp, idOf(a), idOf(b)),
    multiply: (a, b) => run('Mul', plainOp, idOf(a), idOf(b)),
    scale: (a, factor) => run('Mul', plainOp, idOf(a), number(factor)),
    increment: (a, by) => run('AddV2', plainOp, idOf(a), number(by)),
    clip: (a, low, high) => {
      const below = run('Minimum', plainOp, idOf(a), number(high));
      return low === -Infinity ? below : run('Maximum', plainOp, below.id, number(low));
    },
    sigmoid: (a) => run('Sigmoid', plainOp, idOf(a)),
    transpose: (a) => run('Transpose', transposeOp, idOf(a), integers(1, 0)),
    softmaxRows: (a) => run('Softmax', plainOp, idOf(a)),
    logSumExpRows: (a) => {
      const largest = run('Max', reduceOp, idOf(a), axis(1));
      const sums = run('Sum', reduceOp, run('Exp', plainOp, run('Sub', plainOp, idOf(a), largest.id).id).id, axis(1));
      return run('AddV2', plainOp, run('Log', plainOp, sums.id).id, largest.id);
    },
    rows: (a, from, count) => run('Slice', sliceOp, idOf(a), integers(from, 0), integers(count, a.columns)),
    columns: (a, from, count) => run('Slice', sliceOp, idOf(a), integers(0, from), integers(a.rows, count)),
    beside: (a, b) => run('ConcatV2', joinOp, idOf(a), idOf(b), axis(1)),
    gather: (values, columns, rows) => run('GatherV2', gatherOp, idOf(device.from(values, values.length / columns, columns)), indices(rows), axis(0)),
    summed: (initial, work) => {
      const sum = run('VarHandleOp', handleOp).id;
      binding.executeOp('AssignVariableOp', variableOp, [sum, idOf(initial)], 0);
      try {
        work((rows, weights, values) => {
          const weighted = device.multiply(values, device.from(weights, weights.length, 1));
          binding.executeOp('ResourceScatterAdd', scatterOp, [sum, indices(rows), idOf(weighted)], 0);
        });
        return run('ReadVariableOp', variableOp, sum);
      } finally {
        binding.executeOp('DestroyResourceOp', [flag('ignore_lookup_error', true)], [sum], 0);
      }
    },
  };
  return device;
}
