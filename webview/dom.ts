/** Builds elements without markup strings: data reaches the page as text only, as the strict CSP wants. */

export type Child = Node | string | undefined;
/** `true` sets an empty attribute; `false` and `undefined` leave it out. There is no `style`: the CSP refuses it. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>> & { readonly style?: never };

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Attributes = {}, ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...present(children));
  return element;
}

export function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
}

/** Replaces the children only when the text differs, so that a live region speaks once. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren(...present(children));
}

/** A section with its heading, and the id that ties them. */
export function section(id: string, heading: string, ...body: readonly Child[]): {
  readonly element: HTMLElement; readonly title: HTMLElement; readonly aside: HTMLElement;
} {
  const title = h('h2', { id: `${id}-title` }, heading);
  const aside = h('span', { class: 'aside' });
  const element = h('section', { id, 'aria-labelledby': title.id }, h('div', { class: 'head' }, title, aside), ...body);
  return { element, title, aside };
}

/** Runs `rebuild`, which replaces what is inside `container`, and puts the focus back on the element that `key` finds. */
export function keepingFocus(container: Element, keyOf: (focused: Element) => string | undefined, rebuild: () => void): void {
  const focused = document.activeElement;
  const key = focused && container.contains(focused) ? keyOf(focused) : undefined;
  rebuild();
  if (key !== undefined) container.querySelector<HTMLElement>(key)?.focus({ preventScroll: true });
}

function present(children: readonly Child[]): (Node | string)[] {
  return children.filter((child) => child !== undefined);
}
