import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const NO_SKIPPED_TESTS = {
  selector: 'MemberExpression[property.name=/^(skip|only|todo|skipIf|runIf|fails)$/][object.name=/^(it|test|describe|suite)$/]',
  message: 'Every test runs, always.',
};
const NO_DEFAULT_EXPORTS = { selector: 'ExportDefaultDeclaration', message: 'Name what is exported.' };
const NO_BARRELS = { selector: 'ExportAllDeclaration', message: 'Import from the file that has it.' };

const NODE_GLOBALS = Object.fromEntries(['Buffer', 'console', 'process', 'URL', 'URLSearchParams', 'fetch', 'performance', 'setTimeout', 'clearTimeout', 'AbortSignal'].map((name) => [name, 'readonly']));

const configFiles = ['eslint.config.js', 'vitest.config.ts'];

export default tseslint.config(
  { ignores: ['**/node_modules/', 'dist/', 'native/', 'media/', 'training/', 'test/fixtures/', 'test/e2e/out/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      'no-restricted-syntax': ['error', NO_SKIPPED_TESTS, NO_DEFAULT_EXPORTS, NO_BARRELS],
      'no-control-regex': 'off', // tokens may hold any character
      'prefer-const': 'error',
    },
  },
  { files: configFiles, rules: { 'no-restricted-syntax': 'off' } },
  { files: ['**/*.mjs', '**/*.cjs', '**/*.js'], ignores: ['test/e2e/harness/inPage/'], languageOptions: { globals: NODE_GLOBALS } },
  { files: ['test/e2e/harness/inPage/*.js'], languageOptions: { globals: { document: 'readonly', getComputedStyle: 'readonly' } } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['vitest.config.ts'] }, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidOperator: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // an index into an array or a parsed file can miss, which the types don't say (noUncheckedIndexedAccess is off)
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
);
