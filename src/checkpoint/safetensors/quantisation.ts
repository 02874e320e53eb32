import { LensError } from '../../base/errors.js';
import type { JsonObject } from '../checkpoint.js';
import { isJsonObject, quote } from '../jsonValue.js';
import type { BlockSize, Fp8Blocks } from './scaleGrid.js';

/** Methods whose tensors are all read here: fp8 with scales, and the MXFP4 of gpt-oss. */
const READ_METHODS = ['fp8', 'fbgemm_fp8', 'mxfp8', 'mxfp4'];
/** The formats of compressed-tensors that are fp8 with scales, or not quantised at all. */
const READ_FORMATS = ['float-quantized', 'naive-quantized', 'mxfp8-quantized', 'dense'];
/** What transformers takes when an "fp8" config names no size (FineGrainedFP8Config). */
const DEFAULT_FP8_BLOCK: BlockSize = [128, 128];

/**
 * @throws E_CONFIG_UNSUPPORTED when the config says that the weights are quantised in a way that is not read here, with
 *   the method's name: their tensors would be missing or of other shapes
 */
export function checkQuantisation(config: JsonObject): void {
  const method = unreadMethod(config);
  if (method === undefined) return;
  throw new LensError('E_CONFIG_UNSUPPORTED', `The checkpoint is quantised with ${method}, which can't be read here.`, 'Use the original checkpoint (bf16, f16, f32, fp8 or MXFP4), or a GGUF of the same model.');
}

function unreadMethod(config: JsonObject): string | undefined {
  const quantisation = quantisationOf(config);
  if (quantisation === undefined) return isJsonObject(config['quantization']) ? 'MLX' : undefined;
  const method = quantisation['quant_method'];
  if (typeof method !== 'string') return unnamedMethod(quantisation);
  if (method === 'compressed-tensors') return unreadFormat(quantisation);
  if (method === 'modelopt') return quantisation['quant_algo'] === 'FP8' ? undefined : `modelopt ${quote(quantisation['quant_algo'])}`;
  return READ_METHODS.includes(method) ? undefined : quote(method);
}

/** bitsandbytes named no method at first; MLX never does. */
function unnamedMethod(quantisation: JsonObject): string {
  if ('load_in_4bit' in quantisation || 'load_in_8bit' in quantisation) return 'bitsandbytes';
  return 'group_size' in quantisation ? 'MLX' : 'a method that its config does not name';
}

function unreadFormat(quantisation: JsonObject): string | undefined {
  const groups = groupsOf(quantisation);
  const formats = [quantisation['format'], ...groups.map((group) => group['format'])].filter((format) => format !== undefined && format !== null && format !== 'mixed-precision');
  const unread = formats.find((format) => typeof format !== 'string' || !READ_FORMATS.includes(format));
  if (unread !== undefined) return `compressed-tensors ${quote(unread)}`;
  const weights = groups.map((group) => group['weights']).filter(isJsonObject);
  if (weights.some((w) => w['type'] !== 'float' || w['num_bits'] !== 8)) return 'compressed-tensors in other weights than fp8';
  const sparsity = quantisation['sparsity_config'];
  return isJsonObject(sparsity) && (sparsity['format'] ?? 'dense') !== 'dense' ? `compressed-tensors ${quote(sparsity['format'])}` : undefined;
}

/**
 * The block sizes in which the config says that fp8 weights share scales: `weight_block_size` of "fp8", which all of its scales have to fit, or
 * `block_structure` of compressed-tensors, which is that of some groups. What is no size is left out: the scales' shape tells as well, in most cases.
 */
export function fp8Blocks(config: JsonObject): Fp8Blocks {
  const quantisation = quantisationOf(config);
  if (quantisation === undefined) return { sizes: [], forAll: false };
  const named = blockSize(quantisation['weight_block_size']);
  if (named !== undefined) return { sizes: [named], forAll: true };
  if (quantisation['weight_block_size'] === undefined && quantisation['quant_method'] === 'fp8') return { sizes: [DEFAULT_FP8_BLOCK], forAll: false };
  const structures = groupsOf(quantisation).map((group) => (isJsonObject(group['weights']) ? group['weights']['block_structure'] : undefined));
  return { sizes: structures.map(blockSize).filter((found) => found !== undefined), forAll: false };
}

/** [128, 128], or "128x128" as compressed-tensors wrote it at first. */
function blockSize(value: unknown): BlockSize | undefined {
  const parts: unknown = typeof value === 'string' ? value.split('x').map(Number) : value;
  return isBlockSize(parts) ? parts : undefined;
}

function isBlockSize(value: unknown): value is BlockSize {
  return Array.isArray(value) && value.length === 2 && value.every((n: unknown) => Number.isSafeInteger(n) && Number(n) >= 1);
}

/** `compression_config` is how compressed-tensors first called it; an empty object says nothing. */
function quantisationOf(config: JsonObject): JsonObject | undefined {
  return [config['quantization_config'], config['compression_config']].filter(isJsonObject).find((found) => Object.keys(found).length > 0);
}

function groupsOf(quantisation: JsonObject): readonly JsonObject[] {
  const groups = quantisation['config_groups'];
  return isJsonObject(groups) ? Object.values(groups).filter(isJsonObject) : [];
}
