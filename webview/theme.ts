/** The panel's colours: VS Code's own, corrected only where a theme's choice could not be read. */
import { formatColour, over, parseColour, readable, type Colour } from './colour.js';

export type ThemeKind = 'dark' | 'light' | 'high-contrast' | 'high-contrast-light';

export interface Theme {
  readonly kind: ThemeKind;
  readonly background: string;
  readonly foreground: string;
  readonly dim: string;
  readonly line: string;
  /** One accent per policy, first and second, everywhere in the panel. */
  readonly accents: readonly [string, string];
  /** Backgrounds and the number's colour on each, heat levels 0..7. */
  readonly heat: readonly string[];
  readonly heatNumbers: readonly string[];
  readonly heatText: readonly string[];
  readonly tooltip: { readonly background: string; readonly foreground: string; readonly border: string };
  readonly fontFamily: string;
}

export const HEAT_LEVELS = 8;
/** WCAG 1.4.3 asks for 4.5; the rest is for rounding. */
const TEXT_CONTRAST = 4.6;

/** Heat starts above the middle, so that three words stand out and not forty. Used when the theme has no colour of ours. */
const HEAT_FALLBACK: Readonly<Record<ThemeKind, readonly string[]>> = {
  dark: ['#00000000', '#00000000', '#00000000', '#00000000', '#d7a65f22', '#d7a65f44', '#e2753a59', '#e2453a77'],
  light: ['#00000000', '#00000000', '#00000000', '#00000000', '#d7a65f24', '#d7a65f47', '#e2753a59', '#e2453a77'],
  'high-contrast': ['#00000000', '#00000000', '#00000000', '#00000000', '#d7a65f40', '#d7a65f66', '#e2753a80', '#e2453aa6'],
  'high-contrast-light': ['#00000000', '#00000000', '#00000000', '#00000000', '#d7a65f40', '#d7a65f66', '#e2753a66', '#e2453a7a'],
};

/** Reads a theme from VS Code's variables. `read` takes a name without `--vscode-` and gives '' for what the theme leaves out. */
export function readTheme(kind: ThemeKind, read: (name: string) => string): Theme {
  const light = kind === 'light' || kind === 'high-contrast-light';
  const colour = (name: string, fallback: string): Colour => parseColour(read(name)) ?? parseColour(fallback) ?? { r: 128, g: 128, b: 128, a: 1 };
  const page = colour('editor-background', light ? '#ffffff' : '#1f1f1f');
  const ink = over(colour('editor-foreground', light ? '#3b3b3b' : '#cccccc'), page);
  const legible = (wanted: Colour, background: Colour): string => formatColour(readable(wanted, background, ink, TEXT_CONTRAST));
  const dim = colour('descriptionForeground', light ? '#717171' : '#9d9d9d');
  const heat = HEAT_FALLBACK[kind].map((fallback, level) => over(colour(`moeLens-heat${level}`, fallback), page));
  const tooltip = over(colour('editorHoverWidget-background', light ? '#f8f8f8' : '#202020'), page);
  return {
    kind,
    background: formatColour(page),
    foreground: formatColour(ink),
    dim: legible(dim, page),
    line: formatColour(over(colour('contrastBorder', read('panel-border') || '#80808059'), page)),
    accents: [legible(colour('charts-blue', '#3794ff'), page), legible(colour('charts-yellow', '#cca700'), page)],
    heat: heat.map(formatColour),
    heatNumbers: heat.map((background) => legible(dim, background)),
    heatText: heat.map((background) => legible(ink, background)),
    tooltip: {
      background: formatColour(tooltip),
      foreground: legible(colour('editorHoverWidget-foreground', formatColour(ink)), tooltip),
      border: formatColour(over(colour('editorHoverWidget-border', '#80808059'), tooltip)),
    },
    fontFamily: read('font-family') || 'sans-serif',
  };
}

/** Hands the theme to the style sheets as custom properties. Scripted styles are what the CSP allows. */
export function applyTheme(theme: Theme, root: HTMLElement): void {
  const set = (name: string, value: string): void => root.style.setProperty(`--moe-${name}`, value);
  set('background', theme.background);
  set('foreground', theme.foreground);
  set('dim', theme.dim);
  set('line', theme.line);
  theme.accents.forEach((accent, i) => set(`accent-${i}`, accent));
  for (let level = 0; level < HEAT_LEVELS; level++) {
    set(`heat-${level}`, theme.heat[level] ?? '');
    set(`heat-${level}-number`, theme.heatNumbers[level] ?? '');
    set(`heat-${level}-text`, theme.heatText[level] ?? '');
  }
}

/** Calls back with the current theme now and after every change: VS Code swaps the class of the body. */
export function watchTheme(listener: (theme: Theme) => void): void {
  const update = (): void => {
    const styles = getComputedStyle(document.body);
    listener(readTheme(kindOf(document.body), (name) => styles.getPropertyValue(`--vscode-${name}`).trim()));
  };
  new MutationObserver(update).observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  update();
}

function kindOf(body: HTMLElement): ThemeKind {
  switch (body.dataset['vscodeThemeKind']) {
    case 'vscode-light': return 'light';
    case 'vscode-high-contrast': return 'high-contrast';
    case 'vscode-high-contrast-light': return 'high-contrast-light';
    default: return 'dark';
  }
}
