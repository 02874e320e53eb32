/**
 * Limits for numbers in a config.json. They are there so that a damaged or hostile file ends in a clear error rather
 * than in a huge allocation or an endless loop; each is well above any released model.
 */

/** Layers: the deepest released decoders have about 130. */
export const MAX_LAYERS = 1024;
/** Routed experts of one layer: 512 in the largest released models. */
export const MAX_EXPERTS = 4096;
/** Width of the residual stream: 18,432 in the widest released models. */
export const MAX_HIDDEN = 65_536;
/** Inner width of a dense or expert MLP: 3 to 4 times the hidden width. */
export const MAX_INTERMEDIATE = 262_144;
/** Attention heads: 128 in the largest released models. */
export const MAX_HEADS = 1024;
/** Width of one attention head: 256 at most in common models. */
export const MAX_HEAD_DIM = 4096;
/** Tokens in a vocabulary: 262,144 in the largest common ones. */
export const MAX_VOCAB = 4_194_304;
/** Positions: 10 million is the longest context claimed so far. */
export const MAX_POSITIONS = 16_777_216;
