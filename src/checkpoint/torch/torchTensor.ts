import { LensError } from '../../base/errors.js';
import { isReadable } from '../dtypes.js';
import { quote } from '../jsonValue.js';
import type { TensorInfo } from '../tensorStore.js';
import type { Archive } from './archive.js';
import type { TensorRef } from './pickleValues.js';

/** A tensor and where its elements are in a record of the archive. */
export interface TorchTensor extends TensorInfo {
  readonly record: string;
  /** Elements of the record before the tensor's first. */
  readonly offset: number;
  /** Elements of the record from one index to the next, for each dimension; undefined where the elements stand one after the other. */
  readonly stride: readonly number[] | undefined;
}

/**
 * Compares a tensor that a pickle describes with the record that its storage is in.
 * @throws E_SHAPE (more elements than the storage), E_OFFSETS (elements outside of the storage, a storage that is longer than
 *   its record or has none), E_HEADER_INVALID (a compressed record)
 */
export function placeTensor(name: string, ref: TensorRef, archive: Archive): TorchTensor {
  const { storage, element, offset, size, stride } = ref;
  const where = (): string => `Tensor ${quote(name)} in ${archive.path}`;
  const record = `data/${storage.key}`;
  const recordBytes = archive.sizeOf(record);
  if (recordBytes === undefined) throw new LensError('E_OFFSETS', `${where()} is in the record ${quote(record)}, which is not there.`, 'The file is damaged: fetch it again.');
  const storageBytes = storage.count * (storage.element?.bytes ?? 1);
  if (!(storageBytes <= recordBytes)) throw new LensError('E_OFFSETS', `${where()} has a storage of ${storageBytes} bytes in a record of ${recordBytes}.`, 'The file is damaged: fetch it again.');
  const elements = size.reduce((product, n) => product * n, 1);
  const available = Math.floor(storageBytes / element.bytes);
  if (!(elements <= available)) {
    throw new LensError('E_SHAPE', `${where()} has the shape [${size.join(', ')}]: more elements than its storage (${available}).`, 'It is damaged, or was saved expanded: save it again after .contiguous().');
  }
  const end = elements === 0 ? offset : offset + 1 + size.reduce((sum, n, i) => sum + (n - 1) * stride[i], 0);
  if (!(end <= available)) throw new LensError('E_OFFSETS', `${where()} ends at element ${end} of a storage of ${available}.`, 'The file is damaged: fetch it again.');
  return { name, dtype: element.dtype, shape: size, bytes: elements * element.bytes, readable: isReadable(element.dtype), record, offset, stride: isContiguous(size, stride) ? undefined : stride };
}

/** Row-major without gaps; the stride of a dimension of size 1 does not matter. */
function isContiguous(size: readonly number[], stride: readonly number[]): boolean {
  let expected = 1;
  for (let i = size.length - 1; i >= 0; i--) {
    if (size[i] !== 1 && stride[i] !== expected) return size.includes(0);
    expected *= size[i];
  }
  return true;
}
