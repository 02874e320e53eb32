/** What a model is made of, in words: layers with experts and without, routed experts and shared ones. */
import type { ModelInfo } from '../trace/run.js';
import { bigText, plural } from './labels.js';

/** "64 a layer", "60 a layer and 4 shared" */
export function expertsText({ experts, sharedExperts }: Pick<ModelInfo, 'experts' | 'sharedExperts'>): string {
  return `${experts} a layer${sharedExperts === 0 ? '' : ` and ${sharedExperts} shared`}`;
}

/** "16, all with experts", "27: 26 with experts, 1 dense (0)" */
export function layersText({ layers, moeLayers }: Pick<ModelInfo, 'layers' | 'moeLayers'>): string {
  const dense = denseLayers({ layers, moeLayers });
  return dense.length === 0 ? `${layers}, all with experts` : `${layers}: ${moeLayers.length} with experts, ${dense.length} dense (${indicesText(dense)})`;
}

/** Indices of the layers without experts. */
export function denseLayers({ layers, moeLayers }: Pick<ModelInfo, 'layers' | 'moeLayers'>): readonly number[] {
  const withExperts = new Set(moeLayers);
  return Array.from({ length: layers }, (_, layer) => layer).filter((layer) => !withExperts.has(layer));
}

/** "0 to 2, 5" */
function indicesText(indices: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const index of indices) {
    const last = runs.at(-1);
    if (last?.[1] === index - 1) last[1] = index;
    else runs.push([index, index]);
  }
  return runs.map(([first, last]) => (first === last ? String(first) : `${first}${last === first + 1 ? ',' : ' to'} ${last}`)).join(', ');
}

/** What runs beside the experts that are counted: shared experts, and layers without any. Undefined where all is counted. */
export function besideText(model: Pick<ModelInfo, 'layers' | 'moeLayers' | 'sharedExperts'>): string | undefined {
  const dense = denseLayers(model);
  const parts = [
    ...(model.sharedExperts === 0 ? [] : [`${plural(model.sharedExperts, 'shared expert')} a layer, which every token uses`]),
    ...(dense.length === 0 ? [] : [`${dense.length === 1 ? 'layer' : 'layers'} ${indicesText(dense)}, which ${dense.length === 1 ? 'is' : 'are'} dense`]),
  ];
  return parts.length === 0 ? undefined : `Not counted: ${parts.join('; ')}.`;
}

/** What probabilities mean where the router is no softmax; undefined where it is one. */
export function scoresText({ normalisedScores }: Pick<ModelInfo, 'normalisedScores'>): string | undefined {
  return normalisedScores === undefined ? undefined : 'The router scores each expert by itself (sigmoid): a probability here, and what Top-P adds up, is a share of the sum of all scores.';
}

/** "2 MoE layers of 8 experts and 1 shared, 12.3 M parameters" */
export function shapeText(model: Pick<ModelInfo, 'layers' | 'moeLayers' | 'experts' | 'sharedExperts' | 'parameters'>): string {
  const dense = denseLayers(model).length;
  const shared = model.sharedExperts === 0 ? '' : ` and ${model.sharedExperts} shared`;
  return `${plural(model.moeLayers.length, 'MoE layer')} of ${plural(model.experts, 'expert')}${shared}, ${dense === 0 ? '' : `${plural(dense, 'dense layer')}, `}${bigText(model.parameters)} parameters`;
}
