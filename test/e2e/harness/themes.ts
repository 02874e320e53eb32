/** The four kinds of theme that VS Code knows, each with the theme of its own that the tests use. */
export const THEMES = {
  dark: 'Visual Studio Dark',
  light: 'Visual Studio Light',
  'high-contrast': 'Default High Contrast',
  'high-contrast-light': 'Default High Contrast Light',
} as const;

export type ThemeKind = keyof typeof THEMES;
export const THEME_KINDS = Object.keys(THEMES) as readonly ThemeKind[];

/** The class that the workbench has in a theme of each kind. */
export const WORKBENCH_CLASS: Readonly<Record<ThemeKind, string>> = {
  dark: 'vs-dark', light: 'vs', 'high-contrast': 'hc-black', 'high-contrast-light': 'hc-light',
};
