/** What a checkpoint is, in words: for lists, the panel and the terminal alike. */
import { parsePolicy, policyLabel } from '../routing/policy.js';
import { bytesText } from '../base/bytes.js';
import type { Fit, ModelFacts, WeightBudget } from '../trace/modelFacts.js';
import type { ModelInfo } from '../trace/run.js';
import { bigText, plural } from './labels.js';
import { expertsText, layersText } from './modelShape.js';

/** One fact about a checkpoint; `name` tells it from the others, for tests and for copying. */
export interface FactRow {
  readonly name: 'family' | 'parameters' | 'active' | 'layers' | 'experts' | 'policy' | 'scores' | 'quantisation' | 'size' | 'memory' | 'context' | 'tokenizer' | 'shape' | 'path';
  readonly label: string;
  readonly text: string;
}

/** Everything that is known of a checkpoint before a run. */
export function factRows({ model, fits, budget, tokenizer, chatTemplate }: ModelFacts): readonly FactRow[] {
  return [
    { name: 'family', label: 'Family', text: model.family },
    { name: 'parameters', label: 'Parameters', text: `${bigText(model.parameters)}, ${bigText(model.expertParameters)} in one expert` },
    { name: 'active', label: 'Active', text: activeText(model) },
    { name: 'layers', label: 'Layers', text: layersText(model) },
    { name: 'experts', label: 'Experts', text: expertsText(model) },
    { name: 'policy', label: 'Native policy', text: nativeText(model) },
    ...(model.normalisedScores === undefined ? [] : [{ name: 'scores', label: 'Router', text: 'sigmoid: probabilities are shares of the summed scores, also for Top-P' } as const]),
    { name: 'quantisation', label: 'Quantisation', text: quantisationText(model) },
    { name: 'size', label: 'On disk', text: `${bytesText(model.weightBytes)}, ${model.format}` },
    { name: 'memory', label: 'Memory', text: `${bytesText(model.weightBytes)} for all weights as stored, ${bytesText(model.memoryBytes)} as f32: ${fitText(fits)} (${budgetText(budget)})` },
    { name: 'context', label: 'Context', text: plural(model.contextLength, 'token') },
    { name: 'tokenizer', label: 'Tokenizer', text: tokenizerText(tokenizer, chatTemplate) },
    { name: 'shape', label: 'Shape', text: `hidden size ${model.hiddenSize}, vocabulary ${model.vocabularySize}` },
    { name: 'path', label: 'Path', text: model.path },
  ];
}

/** The facts in one line: "olmoe, 6.9 G parameters, 64 experts a layer, BF16, fits in memory". */
export function summaryText({ model, fits }: Pick<ModelFacts, 'model' | 'fits'>): string {
  return `${model.family}, ${bigText(model.parameters)} parameters, ${expertsText(model).replace('a layer', 'experts a layer')}, ${quantisationText(model)}, ${fitText(fits)}`;
}

/** "BPE, with a chat template (not applied: text is read as it is)" */
function tokenizerText(kind: string | null, hasTemplate: boolean): string {
  return `${kind ?? 'none found, and without one the model can\'t be run'}, ${hasTemplate ? 'with a chat template (not applied: text is read as it is)' : 'no chat template'}`;
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
    case 'disk': return 'runs, but reads experts from disk in every run';
    case 'no': return 'does not fit: what is needed at once is larger than the memory budget';
  }
}

/** "budget 1.6 GiB, WebAssembly" */
export function budgetText({ backend, bytes }: WeightBudget): string {
  return `budget ${bytesText(bytes)}, ${backend === 'wasm' ? 'WebAssembly' : 'TensorFlow'}`;
}

const PLACES: Readonly<Record<string, string>> = { demo: 'Comes with MoE Lens', huggingface: 'Hugging Face cache', ollama: 'Ollama', 'lm-studio': 'LM Studio', 'llama.cpp': 'llama.cpp cache' };

/** Where a model was found: the name of the place, or the folder itself. */
export function placeText(source: string): string {
  return Object.hasOwn(PLACES, source) ? (PLACES[source] ?? source) : source;
}
