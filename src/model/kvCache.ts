import { concatRows, concatTokens, dispose, keep, matrix, sliceRows, type Matrix, type Tensor3 } from '../tensor/ops.js';

interface KeysAndValues {
  /** [kv heads, tokens, head width], keys after rotation */
  readonly keys: Tensor3;
  readonly values: Tensor3;
}

/** What later tokens need of earlier ones, per layer (keys and values, the last rows before a convolution): a later pass continues from it. */
export class KvCache {
  readonly #layers: (KeysAndValues | undefined)[] = [];
  readonly #rows: (Matrix | undefined)[] = [];
  #tokens = 0;

  /** Tokens of finished passes: the position of the next token. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Adds the keys and values of this pass and returns those of all tokens. */
  append(layer: number, keys: Tensor3, values: Tensor3): KeysAndValues {
    const before = this.#layers[layer];
    const all = before === undefined ? { keys, values } : { keys: concatTokens(before.keys, keys), values: concatTokens(before.values, values) };
    dispose(before?.keys, before?.values);
    this.#layers[layer] = { keys: keep(all.keys), values: keep(all.values) };
    return all;
  }

  /**
   * `rows` [T, width] behind the `count` rows before them (zeros at the beginning of the text), for a convolution:
   * [count + T, width]. The last `count` are kept for the next pass.
   */
  precede(layer: number, rows: Matrix, count: number): Matrix {
    const before = this.#rows[layer];
    const all = concatRows([before ?? matrix(new Float32Array(count * rows.shape[1]), count, rows.shape[1]), rows]);
    dispose(before);
    this.#rows[layer] = keep(sliceRows(all, all.shape[0] - count, count));
    return all;
  }

  /** Ends a pass over `tokens` tokens. */
  advance(tokens: number): void {
    this.#tokens += tokens;
  }

  dispose(): void {
    for (const layer of this.#layers) dispose(layer?.keys, layer?.values);
    dispose(...this.#rows);
    this.#layers.length = 0;
    this.#rows.length = 0;
    this.#tokens = 0;
  }
}
