/** The panel's colours: VS Code's own, corrected only where a theme's choice could not be read. */
import { HEAT_LEVELS } from '../src/analysis/heat.js';
import { formatColour, over, parseColour, readable, type Colour } from './colour.js';

export type ThemeKind = 'dark' | 'light' | 'high-contrast' | 'high-contrast-light';

export interface Theme {
  readonly kind: ThemeKind;
  readonly background: string;
  readonly foreground: string;
  readonly dim: string;
  readonly line: string;
  /** Lines behind a chart: quieter than borders in high contrast. */
  readonly grid: string;
  /** One accent per policy, first and second, everywhere in the panel. */
  readonly accents: readonly [string, string];
  /** Backgrounds and the number's colour on each, heat levels 0..7. */
  readonly heat: readonly string[];
  readonly heatNumbers: readonly string[];
  readonly heatText: readonly string[];
  readonly heatBorder: string;
  readonly tooltip: { readonly background: string; readonly foreground: string; readonly border: string };
  readonly fontFamily: string;
}

/** WCAG 1.4.3 asks for 4.5; the rest is for rounding. */
const TEXT_CONTRAST = 4.6;

/** From this level on the background is strong, and the number on it takes the stronger colour: as in the editor. */
const HOT_LEVEL = 4;
const CLEAR = '#00000000';

/** Reads a theme from VS Code's variables. `read` takes a name without `--vscode-` and gives '' for what the theme leaves out. */
export function readTheme(kind: ThemeKind, read: (name: string) => string): Theme {
  const contrasty = kind === 'high-contrast' || kind === 'high-contrast-light';
  const light = kind === 'light' || kind === 'high-contrast-light';
  const colour = (name: string, fallback: string): Colour => parseColour(read(name)) ?? parseColour(fallback) ?? { r: 128, g: 128, b: 128, a: 1 };
  const page = colour('editor-background', light ? '#ffffff' : '#1f1f1f');
  const ink = over(colour('editor-foreground', light ? '#3b3b3b' : '#cccccc'), page);
  const legible = (wanted: Colour, background: Colour): string => formatColour(readable(wanted, background, ink, TEXT_CONTRAST));
  const dim = colour('descriptionForeground', light ? '#717171' : '#9d9d9d');
  // The colours that the extension contributes; level 0 has none.
  const heat = Array.from({ length: HEAT_LEVELS }, (_, level) => over(colour(`moeLens-heat${level}`, CLEAR), page));
  const number = (level: number): Colour => over(colour(level >= HOT_LEVEL ? 'moeLens-hotCountForeground' : 'moeLens-countForeground', formatColour(dim)), page);
  const border = colour('contrastBorder', read('panel-border') || '#80808059');
  const tooltip = over(colour('editorHoverWidget-background', light ? '#f8f8f8' : '#202020'), page);
  return {
    kind,
    background: formatColour(page),
    foreground: formatColour(ink),
    dim: legible(dim, page),
    line: formatColour(over(border, page)),
    grid: formatColour(over(contrasty ? { ...border, a: 0.35 } : border, page)),
    accents: [legible(colour('charts-blue', '#3794ff'), page), legible(colour('charts-yellow', '#cca700'), page)],
    heat: heat.map(formatColour),
    heatNumbers: heat.map((background, level) => legible(number(level), background)),
    heatText: heat.map((background) => legible(ink, background)),
    heatBorder: formatColour(colour('moeLens-heatBorder', CLEAR)),
    tooltip: {
      background: formatColour(tooltip),
      foreground: legible(colour('editorHoverWidget-foreground', formatColour(ink)), tooltip),
      border: formatColour(over(colour('editorHoverWidget-border', '#80808059'), tooltip)),
    },
    fontFamily: read('font-family') || 'sans-serif',
  };
}
