import { concatTokens, dispose, keep, type Tensor3 } from '../tensor/ops.js';

interface KeysAndValues {
  /** [kv heads, tokens, head width], keys after rotation */
  readonly keys: Tensor3;
  readonly values: Tensor3;
}

/** Keys and values of all tokens so far, per layer: a later pass continues from them. */
export class KvCache {
  readonly #layers: (KeysAndValues | undefined)[] = [];
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

  /** Ends a pass over `tokens` tokens. */
  advance(tokens: number): void {
    this.#tokens += tokens;
  }

  dispose(): void {
    for (const layer of this.#layers) dispose(layer?.keys, layer?.values);
    this.#layers.length = 0;
    this.#tokens = 0;
  }
}
