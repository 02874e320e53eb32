/** What a checkpoint is, in words: for lists, the panel and the terminal alike. */
import { parsePolicy, policyLabel } from '../routing/policy.js';
import type { Fit, ModelFacts, WeightBudget } from '../trace/modelFacts.js';
import type { ModelInfo } from '../trace/run.js';
import { bigText, bytesText, plural } from './labels.js';

/** One fact about a checkpoint; `name` tells it from the others, for tests and for copying. */
export interface FactRow {
  readonly name: 'family' | 'parameters' | 'active' | 'layers' | 'experts' | 'policy' | 'quantisation' | 'size' | 'memory' | 'context' | 'tokenizer' | 'shape' | 'path';
  readonly label: string;
  readonly text: string;
}

/** What is known of a model: from a run, or before one, when it is also known whether it fits. */
export type KnownFacts = Pick<ModelFacts, 'model'> & Partial<ModelFacts>;

export function factRows({ model, fits, budget, tokenizer, chatTemplate }: KnownFacts): readonly FactRow[] {
  return [
    { name: 'family', label: 'Family', text: model.family },
    { name: 'parameters', label: 'Parameters', text: `${bigText(model.parameters)}, ${bigText(model.expertParameters)} in one expert` },
    { name: 'active', label: 'Active', text: activeText(model) },
    { name: 'layers', label: 'Layers', text: layersText(model) },
    { name: 'experts', label: 'Experts', text: expertsText(model) },
    { name: 'policy', label: 'Native policy', text: nativeText(model) },
    { name: 'quantisation', label: 'Quantisation', text: quantisationText(model) },
    { name: 'size', label: 'On disk', text: `${bytesText(model.weightBytes)}, ${model.format}` },
    { name: 'memory', label: 'Memory', text: `${bytesText(model.memoryBytes)} for all weights${fits === undefined || budget === undefined ? '' : `: ${fitText(fits)} (${budgetText(budget)})`}` },
    { name: 'context', label: 'Context', text: plural(model.contextLength, 'token') },
    ...(chatTemplate === undefined ? [] : [{ name: 'tokenizer', label: 'Tokenizer', text: `${tokenizer ?? 'present'}, ${chatTemplate ? 'with a' : 'no'} chat template` } as const]),
    { name: 'shape', label: 'Shape', text: `hidden size ${model.hiddenSize}, vocabulary ${model.vocabularySize}` },
    { name: 'path', label: 'Path', text: model.path },
  ];
}

/** "64 a layer", "60 a layer and 4 shared" */
export function expertsText({ experts, sharedExperts }: Pick<ModelInfo, 'experts' | 'sharedExperts'>): string {
  return `${experts} a layer${sharedExperts === 0 ? '' : ` and ${sharedExperts} shared`}`;
}

/** "16, all with experts", "27: 1 dense, 26 with experts" */
function layersText({ layers, moeLayers }: ModelInfo): string {
  const dense = layers - moeLayers.length;
  return dense === 0 ? `${layers}, all with experts` : `${layers}: ${dense} dense, ${moeLayers.length} with experts`;
}

/** "top-k:8", "top-k:8 from the 4 best of 8 groups"; with the reason where no other policy would be faithful. */
function nativeText({ nativePolicy, groupLimit, nativeOnly }: ModelInfo): string {
  const groups = groupLimit === undefined ? '' : ` from the ${groupLimit.kept} best of ${groupLimit.groups} groups`;
  return `${nativePolicy}${groups}${nativeOnly === undefined ? '' : `, and no other: ${nativeOnly}`}`;
}

function activeText({ activeParameters, parameters, nativePolicy }: ModelInfo): string {
  const policy = policyLabel(parsePolicy(nativePolicy));
  if (activeParameters === null) return `depends on the text (${policy})`;
  return `${bigText(activeParameters)} by a token under ${policy}, ${Math.round((100 * activeParameters) / parameters)} %`;
}

/** The element types of the weights, the one with the most bytes first: "Q4_K + Q6_K + F32". */
export function quantisationText({ dtypes }: Pick<ModelInfo, 'dtypes'>): string {
  return dtypes.join(' + ');
}

export function fitText(fits: Fit): string {
  switch (fits) {
    case 'memory': return 'fits in memory';
    case 'disk': return 'runs, but reads experts again from disk';
    case 'no': return 'does not fit: what is needed at once is larger than the memory for weights';
  }
}

/** "budget 1.6 GiB, WebAssembly" */
export function budgetText({ backend, bytes }: WeightBudget): string {
  return `budget ${bytesText(bytes)}, ${backend === 'wasm' ? 'WebAssembly' : 'TensorFlow: half of this machine\'s memory'}`;
}

const PLACES: Readonly<Record<string, string>> = { demo: 'Comes with MoE Lens', huggingface: 'Hugging Face cache', ollama: 'Ollama', 'lm-studio': 'LM Studio', 'llama.cpp': 'llama.cpp cache' };

/** Where a model was found: the name of the place, or the folder itself. */
export function placeText(source: string): string {
  return Object.hasOwn(PLACES, source) ? (PLACES[source] ?? source) : source;
}
