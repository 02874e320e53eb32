/** The rows of the list of models: what was found, place by place, and what was skipped with the reason. */
import { bigText } from '../analysis/labels.js';
import { fitText, placeText, quantisationText } from '../analysis/modelLabels.js';
import { expertsText } from '../analysis/modelShape.js';
import { bytesText } from '../base/bytes.js';
import type { Discovery, FoundModel, SkippedModel } from '../protocol/engineApi.js';

export interface ModelRow {
  readonly kind: 'model' | 'skipped' | 'separator';
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  /** Of a model: the setting's value, empty for the bundled demo. */
  readonly path?: string;
  /** Of what was skipped: why, a sentence. */
  readonly reason?: string;
}

const DEMO = 'demo';

/** @param current the setting's value now; undefined where it can't be used */
export function modelRows({ found, skipped }: Discovery, current: string | undefined): { readonly models: readonly ModelRow[]; readonly skipped: readonly ModelRow[] } {
  const demo = found.filter(({ source }) => source === DEMO);
  const others = found.filter(({ source }) => source !== DEMO);
  const models: ModelRow[] = demo.length === 0 ? [{ kind: 'model', label: 'Demo model', description: current === '' ? '(current)' : '', detail: placeText(DEMO), path: '' }] : demo.map((model) => modelRow(model, current));
  const isListed = current === undefined || current === '' || others.some(({ path }) => path === current);
  if (!isListed) models.push({ kind: 'model', label: current, description: '(current)', path: current });
  for (const source of new Set(others.map((model) => model.source))) {
    models.push({ kind: 'separator', label: placeText(source) }, ...others.filter((model) => model.source === source).map((model) => modelRow(model, current)));
  }
  return { models, skipped: skipped.length === 0 ? [] : [{ kind: 'separator', label: 'Found, but can\'t be run' }, ...skipped.map(skippedRow)] };
}

/** "olmoe · 64 experts a layer · 6.9 G parameters", below it "12.9 GiB, BF16 · fits in memory · /path": the window cuts a line that is longer. */
function modelRow(model: FoundModel, current: string | undefined): ModelRow {
  const isDemo = model.source === DEMO;
  const path = isDemo ? '' : model.path;
  const facts = [model.family, expertsText(model).replace('a layer', 'experts a layer'), `${bigText(model.parameters)} parameters`];
  const more = [`${bytesText(model.weightBytes)}, ${quantisationText(model)}`, fitText(model.fits), isDemo ? 'comes with MoE Lens' : model.path, ...(model.also.length === 0 ? [] : [`also ${model.also.join(', ')}`])];
  return {
    kind: 'model',
    label: `${model.fits === 'no' ? '$(warning) ' : ''}${model.name}${isDemo ? ' (bundled demo)' : ''}`,
    description: `${facts.join(' · ')}${path === current ? ' (current)' : ''}`,
    detail: more.join(' · '),
    path,
  };
}

function skippedRow({ name, path, source, code, reason }: SkippedModel): ModelRow {
  return { kind: 'skipped', label: `$(circle-slash) ${name}`, description: code, detail: `${reason} ${placeText(source) === source ? '' : `${placeText(source)}: `}${path}`, reason: `${name}: ${reason} (${code})` };
}
