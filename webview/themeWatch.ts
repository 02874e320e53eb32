/** Follows VS Code's theme on the page, and hands its colours to the style sheets. */
import { HEAT_LEVELS } from '../src/analysis/heat.js';
import { readTheme, type Theme, type ThemeKind } from './theme.js';

/** Hands the theme to the style sheets as custom properties. Scripted styles are what the CSP allows. */
export function applyTheme(theme: Theme, root: HTMLElement): void {
  const set = (name: string, value: string): void => root.style.setProperty(`--moe-${name}`, value);
  set('background', theme.background);
  set('foreground', theme.foreground);
  set('dim', theme.dim);
  set('line', theme.line);
  set('heat-border', theme.heatBorder);
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
