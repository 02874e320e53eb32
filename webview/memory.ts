/** What survives hiding the panel and reloading the window: the last result, if it is not too big, and a person's choices. */
import type { PanelResult } from '../src/protocol/panelApi.js';
import { isFields, isPanelResult } from './messages.js';

/** Which counts stand in the text when two policies were compared. */
export type InlineCounts = 'first' | 'second' | 'both';

export interface Choices {
  readonly layers: 'chart' | 'table';
  readonly inline: InlineCounts;
}

export interface Kept {
  readonly version: 1;
  readonly choices: Choices;
  readonly result?: PanelResult;
}

export const DEFAULT_CHOICES: Choices = { layers: 'chart', inline: 'both' };

/** VS Code writes this state into its own storage at every change: about 2 MB of JSON is what it takes without a pause. */
export const KEPT_JSON_LIMIT = 2_000_000;

/** What to keep; a result whose JSON is longer than `limit` is left out and the choices stay. */
export function keep(choices: Choices, result: PanelResult | undefined, limit = KEPT_JSON_LIMIT): Kept {
  if (result === undefined || JSON.stringify(result).length > limit) return { version: 1, choices };
  return { version: 1, choices, result };
}

/** Reads what an earlier page kept; what another version wrote or what does not check out is as if nothing was kept. */
export function recall(value: unknown): Kept {
  if (!isFields(value) || value['version'] !== 1) return { version: 1, choices: DEFAULT_CHOICES };
  const choices = isFields(value['choices']) ? readChoices(value['choices']) : DEFAULT_CHOICES;
  const result = value['result'];
  return isPanelResult(result) ? { version: 1, choices, result } : { version: 1, choices };
}

function readChoices(value: Readonly<Record<string, unknown>>): Choices {
  const { layers, inline } = value;
  return {
    layers: layers === 'table' ? 'table' : 'chart',
    inline: inline === 'first' || inline === 'second' ? inline : 'both',
  };
}
