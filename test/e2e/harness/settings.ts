import { THEMES } from './themes.js';

/** Typed text stays as typed, lines stay where they are, and nothing looks different from run to run. */
export const TEST_SETTINGS: Readonly<Record<string, unknown>> = {
  'workbench.colorTheme': THEMES.dark,
  'window.autoDetectHighContrast': false,
  'window.autoDetectColorScheme': false,
  'workbench.quickOpen.closeOnFocusLost': false,
  'editor.minimap.enabled': false,
  'editor.wordWrap': 'off',
  '[markdown]': { 'editor.wordWrap': 'off' },
  'editor.autoClosingBrackets': 'never',
  'editor.autoIndent': 'none',
  'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
  'editor.wordBasedSuggestions': 'off',
  'editor.occurrencesHighlight': 'off',
  'editor.selectionHighlight': false,
  'editor.cursorBlinking': 'solid',
};
