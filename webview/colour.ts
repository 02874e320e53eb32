/** Colour arithmetic: reading what VS Code writes, laying one colour over another, and WCAG contrast. */

/** Red, green, blue 0..255, alpha 0..1. */
export interface Colour {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
}

/** Reads #rgb, #rrggbb, #rrggbbaa, rgb() and rgba(); undefined for anything else. */
export function parseColour(text: string): Colour | undefined {
  const value = text.trim();
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(value);
  if (short) return parseColour(`#${short.slice(1).map((digit) => digit + digit).join('')}`);
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})?$/i.exec(value);
  if (hex) {
    const [r = 0, g = 0, b = 0, a = 255] = hex.slice(1).filter((part) => part !== undefined).map((part) => parseInt(part, 16));
    return { r, g, b, a: a / 255 };
  }
  const call = /^rgba?\(\s*([\d.]+)[\s,]+([\d.]+)[\s,]+([\d.]+)(?:[\s,/]+([\d.]+)(%?))?\s*\)$/i.exec(value);
  if (!call) return undefined;
  const alpha = call[4] === undefined ? 1 : Number(call[4]) / (call[5] === '%' ? 100 : 1);
  return { r: Number(call[1]), g: Number(call[2]), b: Number(call[3]), a: alpha };
}

export function formatColour({ r, g, b, a }: Colour): string {
  const [red, green, blue] = [r, g, b].map((part) => Math.round(part));
  return a >= 1 ? `rgb(${red}, ${green}, ${blue})` : `rgba(${red}, ${green}, ${blue}, ${Number(a.toFixed(3))})`;
}

/** `top` over an opaque `bottom`. */
export function over(top: Colour, bottom: Colour): Colour {
  return { ...mix(bottom, top, top.a), a: 1 };
}

/** `from` at 0, `to` at 1; alpha of `from`. */
export function mix(from: Colour, to: Colour, t: number): Colour {
  return { r: from.r + (to.r - from.r) * t, g: from.g + (to.g - from.g) * t, b: from.b + (to.b - from.b) * t, a: from.a };
}

/** WCAG 2 contrast of two opaque colours, 1..21. */
export function contrast(one: Colour, other: Colour): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

/**
 * The nearest colour to `wanted` on the way to `strong`, then on to black or white, that has at least `ratio`
 * contrast on `background`.
 */
export function readable(wanted: Colour, background: Colour, strong: Colour, ratio: number): Colour {
  const solid = over(wanted, background);
  const extreme: Colour = luminance(background) > 0.179 ? { r: 0, g: 0, b: 0, a: 1 } : { r: 255, g: 255, b: 255, a: 1 };
  for (const [from, to] of [[solid, over(strong, background)], [over(strong, background), extreme]] as const) {
    for (let step = 0; step <= 20; step++) {
      const candidate = mix(from, to, step / 20);
      if (contrast(roundColour(candidate), background) >= ratio) return candidate;
    }
  }
  return extreme;
}

function roundColour(colour: Colour): Colour {
  return { r: Math.round(colour.r), g: Math.round(colour.g), b: Math.round(colour.b), a: colour.a };
}

function luminance({ r, g, b }: Colour): number {
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

function linear(channel: number): number {
  const c = channel / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}
