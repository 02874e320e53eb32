/** The one file that knows @vscode/webview-ui-toolkit: it registers its elements and makes them. A successor changes this file. */
import { forgetNonce } from './nonce.js'; // first: see there
import {
  provideVSCodeDesignSystem, vsCodeBadge, vsCodeButton, vsCodeDropdown, vsCodeOption, vsCodePanels, vsCodePanelTab, vsCodePanelView, vsCodeProgressRing,
  type Dropdown, type Panels,
} from '@vscode/webview-ui-toolkit';
import { setAttributes, type Attributes, type Child } from './dom.js';

/** Once, before the page's load event: the toolkit reads VS Code's theme then. */
export function registerToolkit(): void {
  provideVSCodeDesignSystem().register(
    vsCodeBadge(), vsCodeButton(), vsCodeDropdown(), vsCodeOption(), vsCodePanels(), vsCodePanelTab(), vsCodePanelView(), vsCodeProgressRing(),
  );
  forgetNonce();
}

export function button(appearance: 'primary' | 'secondary', attributes: Attributes, onPress: () => void, ...label: readonly Child[]): HTMLElement {
  const element = custom('vscode-button', { appearance, ...attributes }, ...label);
  element.addEventListener('click', onPress);
  return element;
}

export function badge(text: string, attributes: Attributes = {}): HTMLElement {
  return custom('vscode-badge', attributes, text);
}

/** Turns for as long as it is on the page. The text beside it says what is going on, so it stays silent itself. */
export function progressRing(): HTMLElement {
  const element = custom('vscode-progress-ring', {});
  // The toolkit makes it an assertive alert when it is connected; attributes that it sets then are taken back here.
  queueMicrotask(() => setAttributes(element, { role: 'presentation', 'aria-live': 'off', 'aria-label': undefined, 'aria-hidden': 'true' }));
  return element;
}

export interface Choice<V extends string> {
  readonly value: V;
  readonly label: string;
}

export interface DropdownControl<V extends string> {
  readonly element: HTMLElement;
  show(choices: readonly Choice<V>[], selected: V): void;
}

export function dropdown<V extends string>(label: string, onChoose: (value: V) => void): DropdownControl<V> {
  const element = custom<Dropdown>('vscode-dropdown', { 'aria-label': label });
  let offered: readonly Choice<V>[] = [];
  element.addEventListener('change', () => {
    const chosen = offered.find((choice) => choice.value === element.value);
    if (chosen) onChoose(chosen.value);
  });
  return {
    element,
    show: (choices, selected) => {
      if (JSON.stringify(choices) !== JSON.stringify(offered)) {
        offered = choices;
        element.replaceChildren(...choices.map((choice) => custom('vscode-option', { value: choice.value }, choice.label)));
      }
      // The options are known to the dropdown one turn later.
      queueMicrotask(() => { if (element.value !== selected) element.value = selected; });
    },
  };
}

export interface TabsControl<V extends string> {
  readonly element: HTMLElement;
  show(selected: V): void;
}

/** Tabs whose bodies are all in the page; the ones that are not chosen are hidden. */
export function tabs<V extends string>(
  label: string, bodies: readonly { readonly value: V; readonly label: string; readonly body: Element }[], onChoose: (value: V) => void,
): TabsControl<V> {
  const element = custom<Panels>('vscode-panels', { 'aria-label': label, activeindicator: 'false' }, // it lags behind a click; css/page.css underlines the tab
    ...bodies.map(({ value, label: name }) => custom('vscode-panel-tab', { id: `tab-${value}` }, name)),
    ...bodies.map(({ value, body }) => custom('vscode-panel-view', { id: `view-${value}` }, body)));
  element.addEventListener('change', () => {
    const chosen = bodies.find(({ value }) => element.activeid === `tab-${value}`);
    if (chosen) onChoose(chosen.value);
  });
  return { element, show: (selected) => { if (element.activeid !== `tab-${selected}`) element.activeid = `tab-${selected}`; } };
}

function custom<E extends HTMLElement = HTMLElement>(tag: string, attributes: Attributes, ...children: readonly Child[]): E {
  const element = document.createElement(tag) as E;
  setAttributes(element, attributes);
  element.append(...children.filter((child) => child !== undefined));
  return element;
}
