import { isCount } from '../jsonValue.js';
import { PickleDict, type ElementType, type PickleGlobal, type PickleTuple, type PickleValue, type TensorRef } from './pickleValues.js';

/** Dimensions of a tensor; torch's own limit is 64, no weight has more than 5. */
const MAX_DIMENSIONS = 16;

/** Typed storages, by the class that torch.save names. Source: torch/storage.py, _dtype_to_storage_type_map. */
const STORAGES: Readonly<Record<string, ElementType>> = {
  FloatStorage: { dtype: 'F32', bytes: 4 },
  HalfStorage: { dtype: 'F16', bytes: 2 },
  BFloat16Storage: { dtype: 'BF16', bytes: 2 },
  DoubleStorage: { dtype: 'F64', bytes: 8 },
  LongStorage: { dtype: 'I64', bytes: 8 },
  IntStorage: { dtype: 'I32', bytes: 4 },
  ShortStorage: { dtype: 'I16', bytes: 2 },
  CharStorage: { dtype: 'I8', bytes: 1 },
  ByteStorage: { dtype: 'U8', bytes: 1 },
  BoolStorage: { dtype: 'BOOL', bytes: 1 },
  ComplexFloatStorage: { dtype: 'C64', bytes: 8 },
  ComplexDoubleStorage: { dtype: 'C128', bytes: 16 },
};

/** Types of tensors on untyped storages: those that came after typed storages were given up. Source: torch/storage.py, _new_dtypes. */
const DTYPES: Readonly<Record<string, ElementType>> = {
  float8_e4m3fn: { dtype: 'F8_E4M3', bytes: 1 },
  float8_e5m2: { dtype: 'F8_E5M2', bytes: 1 },
  float8_e4m3fnuz: { dtype: 'F8_E4M3FNUZ', bytes: 1 },
  float8_e5m2fnuz: { dtype: 'F8_E5M2FNUZ', bytes: 1 },
  float8_e8m0fnu: { dtype: 'F8_E8M0', bytes: 1 },
  uint16: { dtype: 'U16', bytes: 2 },
  uint32: { dtype: 'U32', bytes: 4 },
  uint64: { dtype: 'U64', bytes: 8 },
};

/**
 * Everything that a pickle may name. "Calling" one of them makes a description here; there is nothing else to call.
 * Source: torch/_utils.py, for the arguments.
 */
const ALLOWED: readonly PickleGlobal[] = [
  { kind: 'global', name: 'collections.OrderedDict', call: (args) => (args.length === 0 ? new PickleDict() : undefined) },
  { kind: 'global', name: 'torch.Size', call: ([size, ...rest]) => (rest.length === 0 ? asTuple(size) : undefined) },
  { kind: 'global', name: 'torch._utils._rebuild_tensor_v2', call: rebuildTyped },
  { kind: 'global', name: 'torch._utils._rebuild_tensor_v3', call: rebuildUntyped },
  { kind: 'global', name: 'torch._utils._rebuild_parameter', call: (args) => (args.length === 3 ? asTensor(args[0]) : undefined) },
  { kind: 'global', name: 'torch._utils._rebuild_parameter_with_state', call: (args) => (args.length === 4 ? asTensor(args[0]) : undefined) },
  { kind: 'global', name: 'torch.storage.UntypedStorage' },
  ...Object.entries(STORAGES).map(([name, element]): PickleGlobal => ({ kind: 'global', name: `torch.${name}`, element })),
  ...Object.entries(DTYPES).map(([name, element]): PickleGlobal => ({ kind: 'global', name: `torch.${name}`, element })),
];

const GLOBALS: ReadonlyMap<string, PickleGlobal> = new Map(ALLOWED.map((global) => [global.name, global]));

/** Undefined for everything that is not on the list. */
export function allowedGlobal(module: string, name: string): PickleGlobal | undefined {
  return GLOBALS.get(`${module}.${name}`);
}

/** Whether a global may stand as the type of a storage. */
export function isStorageType({ name }: PickleGlobal): boolean {
  return name.endsWith('Storage');
}

/** (storage, offset, size, stride, requires_grad, backward_hooks[, metadata]) */
function rebuildTyped([storage, offset, size, stride, , , metadata, ...rest]: readonly PickleValue[]): TensorRef | undefined {
  const element = isKind(storage, 'storage') ? storage.element : undefined;
  return element === undefined || rest.length > 0 ? undefined : rebuild(storage, element, offset, size, stride, metadata);
}

/** (storage, offset, size, stride, requires_grad, backward_hooks, dtype[, metadata]) */
function rebuildUntyped([storage, offset, size, stride, , , dtype, metadata, ...rest]: readonly PickleValue[]): TensorRef | undefined {
  const element = isKind(dtype, 'global') && !isStorageType(dtype) ? dtype.element : undefined;
  return element === undefined || rest.length > 0 ? undefined : rebuild(storage, element, offset, size, stride, metadata);
}

/** @param metadata a dict that says whether the tensor is the conjugate or the negative of what is stored: empty for weights */
function rebuild(storage: PickleValue | undefined, element: ElementType, offset: PickleValue, size: PickleValue, stride: PickleValue, metadata: PickleValue | undefined): TensorRef | undefined {
  const sizes = counts(size);
  const strides = counts(stride);
  const isPlain = metadata === undefined || metadata === null || (metadata instanceof PickleDict && metadata.isEmpty);
  if (!isKind(storage, 'storage') || !isCount(offset) || sizes === undefined || strides === undefined || sizes.length !== strides.length || !isPlain) return undefined;
  return { kind: 'tensor', storage, element, offset, size: sizes, stride: strides };
}

function counts(value: PickleValue): readonly number[] | undefined {
  const items = asTuple(value)?.items ?? [-1];
  return items.length <= MAX_DIMENSIONS && items.every(isCount) ? items : undefined;
}

function asTuple(value: PickleValue | undefined): PickleTuple | undefined {
  return isKind(value, 'tuple') ? value : undefined;
}

function asTensor(value: PickleValue | undefined): TensorRef | undefined {
  return isKind(value, 'tensor') ? value : undefined;
}

type Kinds = Exclude<PickleValue, null | boolean | number | bigint | string>;

export function isKind<K extends Kinds['kind']>(value: PickleValue | undefined, kind: K): value is Extract<Kinds, { readonly kind: K }> {
  return typeof value === 'object' && value !== null && value.kind === kind;
}
