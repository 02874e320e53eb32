import { describe, expect, it } from 'vitest';
import { contrast, over, parseColour, readable, type Colour } from '../../../webview/colour.js';
import { readTheme } from '../../../webview/theme.js';
import { DARK } from './samples.js';

function colour(text: string): Colour {
  const parsed = parseColour(text);
  if (!parsed) throw new Error(`not a colour: ${text}`);
  return parsed;
}

describe('the colours of the panel', () => {
  it('are read as VS Code writes them', () => {
    expect(parseColour('#0f0')).toEqual({ r: 0, g: 255, b: 0, a: 1 });
    expect(parseColour('#11223380')?.a).toBeCloseTo(0.5, 2);
    expect(parseColour('rgba(204, 204, 204, 0.7)')).toEqual({ r: 204, g: 204, b: 204, a: 0.7 });
    expect(parseColour('var(--x)')).toBeUndefined();
  });

  it('have the contrast that WCAG defines', () => {
    expect(contrast(colour('#000'), colour('#fff'))).toBeCloseTo(21, 5);
    expect(contrast(colour('#767676'), colour('#fff'))).toBeCloseTo(4.54, 2);
    expect(over(colour('#ffffff80'), colour('#000')).r).toBeCloseTo(128, 0);
  });

  it('stay as the theme has them where they can be read, and move only as far as they must', () => {
    expect(readable(colour('#59a4f9'), colour('#1f1f1f'), colour('#ccc'), 4.5)).toEqual(colour('#59a4f9'));
    const amber = readable(colour('#bf8803'), colour('#fff'), colour('#3b3b3b'), 4.5);
    expect(contrast(amber, colour('#fff'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(amber, colour('#fff'))).toBeLessThan(6);
  });

  it.each([
    ['dark', DARK],
    ['light', { 'editor-background': '#ffffff', 'editor-foreground': '#000000', descriptionForeground: '#717171', 'charts-yellow': '#bf8803', 'charts-blue': '#0063d3', 'moeLens-heat7': '#e2453a85', 'moeLens-countForeground': '#6b6b6b' }],
    ['high-contrast', { 'editor-background': '#000000', 'editor-foreground': '#ffffff', contrastBorder: '#6fc3df', 'moeLens-heat7': '#f3851840', 'moeLens-countForeground': '#ffffff' }],
    ['high-contrast-light', { 'editor-background': '#ffffff', 'editor-foreground': '#292929', contrastBorder: '#0f4a85', descriptionForeground: 'rgba(41, 41, 41, 0.7)' }],
    ['dark', { 'editor-background': '#777777', 'editor-foreground': '#888888', descriptionForeground: '#777777' }],
  ] as const)('can be read on every background of a %s theme', (kind, values: Readonly<Record<string, string>>) => {
    const theme = readTheme(kind, (name) => values[name] ?? '');
    const page = colour(theme.background);
    for (const text of [theme.dim, ...theme.accents]) expect(contrast(colour(text), page)).toBeGreaterThanOrEqual(4.5);
    theme.heat.forEach((background, level) => {
      for (const text of [theme.heatNumbers[level], theme.heatText[level]]) expect(contrast(colour(text ?? ''), colour(background))).toBeGreaterThanOrEqual(4.5);
    });
    expect(contrast(colour(theme.tooltip.foreground), colour(theme.tooltip.background))).toBeGreaterThanOrEqual(4.5);
  });

  it('give one accent to each policy', () => {
    const { accents } = readTheme('dark', (name) => DARK[name] ?? '');
    expect(accents).toEqual(['rgb(89, 164, 249)', 'rgb(204, 167, 0)']);
  });
});
