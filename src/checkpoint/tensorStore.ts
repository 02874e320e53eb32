/** Element types of safetensors files that can be read as numbers here. */
export type Dtype = 'F64' | 'F32' | 'F16' | 'BF16';

export interface TensorInfo {
  readonly name: string;
  /** Element type as the file names it: BF16, F8_E4M3, Q4_K, MXFP4... */
  readonly dtype: string;
  /** Row-major: the last index is the fastest. */
  readonly shape: readonly number[];
  /** Bytes on disk. */
  readonly bytes: number;
  /** False for types that hold no numbers that could be read here (integers, unknown quantisations). */
  readonly readable: boolean;
}

/** How a file stores neighbouring numbers of a row: `elements` of them together in `bytes` bytes. Plain numbers are blocks of one. */
export interface BlockType {
  /** As blocks/registry.ts knows it. */
  readonly name: string;
  readonly elements: number;
  readonly bytes: number;
}

/** Named tensors on disk, read by range: nothing is read before it is asked for, no file as a whole. */
export interface TensorStore {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /**
   * Elements [start, start + count) of a tensor in row-major order, widened to f32.
   * @throws E_TENSOR_MISSING, E_DTYPE, E_WEIGHTS_NOT_FINITE (a NaN or infinity), E_UNREADABLE
   */
  readFloat32(name: string, start: number, count: number): Promise<Float32Array>;
  /** How the tensor's numbers can be kept as they are; undefined where only readFloat32 makes numbers of them. */
  blockType(name: string): BlockType | undefined;
  /**
   * Fills `target` with the whole blocks from the one that begins with element `start` on, as `blockType` says; nothing is looked at.
   * @throws E_TENSOR_MISSING, E_SHAPE (beyond the tensor), E_UNREADABLE
   */
  readBlocks(name: string, start: number, target: Uint8Array): Promise<void>;
  close(): Promise<void>;
}
