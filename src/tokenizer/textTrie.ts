interface Node<T> {
  readonly children: Map<number, Node<T>>;
  value: T | undefined;
}

/** Finds the longest of a few known texts that begins at a place, by UTF-16 units. */
export class TextTrie<T> {
  private readonly root: Node<T> = { children: new Map(), value: undefined };

  /** A text set again takes its last value; the empty text is never found. */
  set(text: string, value: T): void {
    let node = this.root;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      const child: Node<T> = node.children.get(unit) ?? { children: new Map(), value: undefined };
      node.children.set(unit, child);
      node = child;
    }
    if (node !== this.root) node.value = value;
  }

  get isEmpty(): boolean {
    return this.root.children.size === 0;
  }

  longest(text: string, from: number): { readonly value: T; readonly to: number } | undefined {
    let node = this.root.children.get(text.charCodeAt(from));
    let hit: { value: T; to: number } | undefined;
    for (let to = from + 1; node !== undefined; to++) {
      if (node.value !== undefined) hit = { value: node.value, to };
      node = to < text.length ? node.children.get(text.charCodeAt(to)) : undefined;
    }
    return hit;
  }
}
