// The model that is measured: OLMoE's form (Muennighoff et al. 2024) with random weights, in sizes of one's choice.

/** 0.54 B parameters, 0.19 B of them used by a token: small enough for a laptop, wide enough that matrices decide. */
export const BENCH_SHAPE = { layers: 8, hidden: 1024, heads: 16, experts: 32, topK: 8, inner: 512, vocabulary: 50_304 };

/** Changes a shape by text: "layers=16,experts=64". */
export function parseShape(text) {
  const shape = { ...BENCH_SHAPE };
  for (const part of text.split(',').filter((each) => each !== '')) {
    const [key, value] = part.split('=');
    if (!(key in shape) || !(Number(value) > 0)) throw new Error(`"${part}" is not one of ${Object.keys(shape).map((each) => `${each}=N`).join(', ')}.`);
    shape[key] = Number(value);
  }
  return shape;
}

/** A name for files: shapes that differ have different names. */
export const shapeName = (shape) => Object.entries(shape).map(([key, value]) => `${key[0]}${value}`).join('-');

/**
 * Floating-point operations of a pass over `tokens` tokens without the output layer: a multiplication and an addition for each weight
 * that a token uses, and for each pair of tokens that see each other.
 * @param meanCount experts that a token takes in a layer
 * @param lastRows tokens for which the last layer's router and experts run: all, unless an engine leaves out what no logits need
 */
export function flops({ layers, hidden, experts, inner }, tokens, meanCount, lastRows = tokens) {
  const projections = tokens * layers * 4 * hidden * hidden;
  const mixtures = (tokens * (layers - 1) + lastRows) * (experts * hidden + meanCount * 3 * hidden * inner);
  const attention = layers * hidden * tokens * tokens; // scores and values, half of the square each
  return 2 * (projections + mixtures + attention);
}

/** Bytes of the layers' weights as f32, embedding and output layer left out. */
export const weightBytes = ({ layers, hidden, experts, inner }) => 4 * layers * (4 * hidden * hidden + experts * hidden + experts * 3 * hidden * inner);

/** Every tensor by its name in the checkpoint: its shape and the spread of its numbers; norms have none and lie around 1. */
export function* tensorsOf({ layers, hidden, experts, inner, vocabulary }) {
  const linear = 1 / Math.sqrt(hidden);
  yield { name: 'model.embed_tokens.weight', shape: [vocabulary, hidden], spread: 1 };
  for (let layer = 0; layer < layers; layer++) {
    const at = `model.layers.${layer}`;
    for (const norm of ['input_layernorm', 'post_attention_layernorm', 'self_attn.q_norm', 'self_attn.k_norm']) yield { name: `${at}.${norm}.weight`, shape: [hidden] };
    for (const name of ['q_proj', 'k_proj', 'v_proj', 'o_proj']) yield { name: `${at}.self_attn.${name}.weight`, shape: [hidden, hidden], spread: linear };
    yield { name: `${at}.mlp.gate.weight`, shape: [experts, hidden], spread: 1.9 * linear }; // so that Top-P counts differ from token to token
    for (let expert = 0; expert < experts; expert++) {
      const prefix = `${at}.mlp.experts.${expert}`;
      yield { name: `${prefix}.gate_proj.weight`, shape: [inner, hidden], spread: linear };
      yield { name: `${prefix}.up_proj.weight`, shape: [inner, hidden], spread: linear };
      yield { name: `${prefix}.down_proj.weight`, shape: [hidden, inner], spread: 1 / Math.sqrt(inner) };
    }
  }
  yield { name: 'model.norm.weight', shape: [hidden] };
  yield { name: 'lm_head.weight', shape: [vocabulary, hidden], spread: linear };
}
