/** What stands below a result's title: how it was run, and what its numbers leave out. */
import { besideText, scoresText } from '../../src/analysis/modelShape.js';
import type { PanelResult } from '../../src/protocol/panelApi.js';
import { windowsNote } from '../format.js';

/** What a person has to know to read the numbers right. */
export function notesOf({ model, windows }: Pick<PanelResult, 'model' | 'windows'>): readonly { readonly name: 'windows' | 'beside' | 'scores'; readonly text: string }[] {
  const [beside, scores] = [besideText(model), scoresText(model)];
  return [
    ...(windows === undefined ? [] : [{ name: 'windows', text: windowsNote(windows) } as const]),
    ...(beside === undefined ? [] : [{ name: 'beside', text: beside } as const]),
    ...(scores === undefined ? [] : [{ name: 'scores', text: scores } as const]),
  ];
}
