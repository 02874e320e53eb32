import { LensError } from '../../base/errors.js';
import { isKind } from './globals.js';
import { CONVERT_HINT } from './pickleBytes.js';
import type { PickleValue, TensorRef } from './pickleValues.js';

/** Where training scripts put the weights in what they save: Lightning and many others, then plain scripts, then DeepSpeed. */
const NESTED_KEYS = ['state_dict', 'model', 'module'];

/**
 * The tensors of what was pickled, by their names: of a dict of tensors, or of one that is in another dict under one of
 * NESTED_KEYS. Names stay as they are; whatever else is there (versions, optimizer states) is left out.
 * @throws E_HEADER_INVALID when there are none
 */
export function stateDict(root: PickleValue, path: string): ReadonlyMap<string, TensorRef> {
  const nested = NESTED_KEYS.map((key) => tensorsOf(isKind(root, 'dict') ? root.get(key) : undefined)).find((tensors) => tensors.size > 0);
  const tensors = nested ?? tensorsOf(root);
  if (tensors.size === 0) throw new LensError('E_HEADER_INVALID', `${path} does not hold a dict of tensors.`, `Choose a file of weights. ${CONVERT_HINT}`);
  return tensors;
}

function tensorsOf(value: PickleValue | undefined): ReadonlyMap<string, TensorRef> {
  const tensors = new Map<string, TensorRef>();
  if (!isKind(value, 'dict')) return tensors;
  for (const [name, tensor] of value) if (typeof name === 'string' && isKind(tensor, 'tensor')) tensors.set(name, tensor);
  return tensors;
}
