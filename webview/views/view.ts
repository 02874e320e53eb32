/** What every part of the panel is given, and what it may ask for. */
import type { PanelCommand, PanelState } from '../../src/protocol/panelApi.js';
import type { Choices } from '../memory.js';
import type { Theme } from '../theme.js';

export interface Model {
  readonly state: PanelState;
  readonly choices: Choices;
  readonly theme: Theme;
}

export interface Actions {
  selectToken(token: number): void;
  selectSpan(span: number): void;
  run(command: PanelCommand): void;
  choose(change: Partial<Choices>): void;
}

/** Renders whole models, and touches the page only where one differs from the last. */
export interface View {
  readonly element: HTMLElement;
  render(model: Model): void;
}
