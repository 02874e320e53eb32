/** Where the arrow keys lead in a text of tokens: one tab stop, moved inside by keys. */

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The token that `key` leads to from `current`, or undefined when the key is not for moving. `boxOf` gives a token's place on the page. */
export function nextToken(key: string, current: number, total: number, boxOf: (token: number) => Box | undefined): number | undefined {
  switch (key) {
    case 'ArrowRight': return Math.min(current + 1, total - 1);
    case 'ArrowLeft': return Math.max(current - 1, 0);
    case 'Home': return 0;
    case 'End': return total - 1;
    case 'ArrowDown': return otherLine(current, 1, total, boxOf);
    case 'ArrowUp': return otherLine(current, -1, total, boxOf);
    default: return undefined;
  }
}

/** The token of the next or previous visual line that is nearest to straight below or above; the same one on the last line. */
function otherLine(current: number, step: 1 | -1, total: number, boxOf: (token: number) => Box | undefined): number {
  const from = boxOf(current);
  if (!from) return current;
  const x = (from.left + from.right) / 2;
  let best = current;
  let bestDistance = Infinity;
  let line: Box | undefined;
  for (let token = current + step; token >= 0 && token < total; token += step) {
    const box = boxOf(token);
    if (!box || sameLine(box, from)) continue;
    line ??= box;
    if (!sameLine(box, line)) break;
    const distance = Math.max(box.left - x, x - box.right, 0);
    if (distance < bestDistance) { best = token; bestDistance = distance; }
  }
  return best;
}

function sameLine(one: Box, other: Box): boolean {
  return one.top < other.bottom && other.top < one.bottom;
}
