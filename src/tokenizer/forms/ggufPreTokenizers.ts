import type { Json } from '../json.js';
import { BAILING, BYTES, DEEPSEEK_CODER, DEEPSEEK_LLM, DEEPSEEK_V3, DIGITS, GPT2, KIMI, LLAMA3, O200K, QWEN2, QWEN35, sequence, split, TEKKEN } from './patterns.js';

/** What a pre-tokenizer that a GGUF names stands for. */
export interface GgufPreTokenizer {
  /** In tokenizer.json's terms. */
  readonly steps: Json;
  /** A word that is a token is not cut. */
  readonly ignoreMerges: boolean;
  /** Unless the file says otherwise. */
  readonly addBos: boolean;
}

interface Options {
  readonly ignoreMerges?: boolean;
  readonly addBos?: boolean;
}

const TABLE = new Map<string, GgufPreTokenizer>();

function register(names: string, patterns: readonly Json[], { ignoreMerges = false, addBos = false }: Options = {}): void {
  for (const name of names.split(' ')) TABLE.set(name, { steps: sequence(...patterns, BYTES), ignoreMerges, addBos });
}

const NUMBERS = split('\\p{N}');
/** What files from before pre-tokenizers had names get, right or wrong. */
const UNNAMED = ['[\\p{P}\\$\\+<=>\\^~\\|]+', GPT2, '\\p{N}+', '[0-9][0-9][0-9]'].map(split);

register('default', UNNAMED);
register('gpt-2 phi-2 jina-es jina-de gigachat a.x-4.0 mellum modern-bert exaone4 mpt olmo jais trillion granite-docling', [split(GPT2)]);
register('starcoder refact command-r smollm codeshell exaone minerva-7b mellum2', [NUMBERS, split(GPT2)]);
register('falcon', ['[\\p{P}\\$\\+<=>\\^~\\|`]+', GPT2, '[0-9][0-9][0-9]'].map(split));
register('qwen2 deepseek-r1-qwen kormo f2llmv2 megrez stablelm2 hunyuan solar-open grok-2', [split(QWEN2)]);
register('qwen35', [split(QWEN35)]);
register('llama3 llama-v3 llama-bpe falcon3 falcon-h1 pixtral midm-2.0 lfm2', [split(LLAMA3)], { ignoreMerges: true, addBos: true });
register('dbrx smaug-bpe chatglm-bpe', [split(LLAMA3)]);
register('glm4 glm5', [split(LLAMA3)], { ignoreMerges: true });
register('deepseek-llm', [...DEEPSEEK_LLM.map(split), DIGITS]);
register('deepseek-coder', [...DEEPSEEK_CODER.map(split), DIGITS]);
register('deepseek-v3 hunyuan-dense joyai-llm hy_v4', DEEPSEEK_V3.map(split));
register('gpt-4o llama4 kanana2 talkie minimax-m2', [split(O200K)]);
register('tekken', [split(TEKKEN)], { ignoreMerges: true, addBos: true });
register('kimi-k2', [split(KIMI)], { ignoreMerges: true });
register('bailingmoe bailingmoe2 llada-moe', [split(BAILING)]);
register('seed-coder', [split("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+")]);

/**
 * The pre-tokenizer that `tokenizer.ggml.pre` names; undefined for an unknown one. A name stands for a released
 * tokenizer: the patterns are that tokenizer's own, not the ones that llama.cpp makes of them for want of \p{Lu}, (?i:) and
 * possessive quantifiers. Source: names and flags from llama.cpp, llama-vocab.cpp.
 */
export function ggufPreTokenizer(name: string): GgufPreTokenizer | undefined {
  return TABLE.get(name);
}

/** Files of Ollama's own gpt-oss name a general pre-tokenizer; Ollama takes the right one by the architecture, whatever they say. */
export function impliedPreTokenizer(architecture: unknown): string | undefined {
  return architecture === 'gptoss' ? 'gpt-4o' : undefined;
}
