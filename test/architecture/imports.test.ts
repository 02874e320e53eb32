/** The import arrows of ARCHITECTURE.md: which folder may know which. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** Folder (or entry file) of the project -> what it may import besides itself. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  routing: ['base'],
  trace: ['base', 'routing'],
  checkpoint: ['base'],
  tokenizer: ['base', 'checkpoint'],
  tensor: ['base', 'checkpoint'],
  model: ['tensor', 'checkpoint', 'routing', 'trace', 'base'],
  analysis: ['trace', 'routing', 'base'],
  engine: ['base', 'routing', 'trace', 'checkpoint', 'tokenizer', 'tensor', 'model', 'analysis', 'protocol'],
  protocol: ['base', 'trace'],
  native: ['base', 'protocol'],
  host: ['protocol', 'analysis', 'trace', 'base'],
  cli: ['engine', 'analysis', 'protocol', 'routing', 'trace', 'base'],
  webview: ['protocol', 'trace', 'analysis'],
  'extension.ts': ['host', 'protocol', 'base'],
  'cli.ts': ['cli', 'engine', 'base'],
};

/** Packages that only one folder may import. */
const ONLY_IN: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^@tensorflow\//, ['tensor']],
  [/^vscode$/, ['host', 'extension.ts']],
  [/^@huggingface\/tokenizers$/, ['tokenizer']],
  [/^(echarts|@vscode\/webview-ui-toolkit)/, ['webview']],
];
/** Folders that must run in a browser, or stay pure: nothing of Node. */
const WITHOUT_NODE = ['webview', 'analysis', 'protocol', 'routing', 'trace'];

interface Import {
  readonly file: string;
  readonly from: string;
  readonly specifier: string;
  /** The folder that a relative import leads to. */
  readonly to?: string;
}

const sourceFiles = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !name.includes('node_modules')).map((name) => join(ROOT, folder, name));

/** "host" of src/host/panel.ts, "cli.ts" of src/cli.ts, "webview" of anything below webview/. */
function placeOf(file: string): string {
  const parts = relative(ROOT, file).split(sep);
  return parts[0] === 'webview' ? 'webview' : (parts[1] ?? '');
}

const imports: readonly Import[] = [...sourceFiles('src'), ...sourceFiles('webview')].flatMap((file) =>
  ts.preProcessFile(readFileSync(file, 'utf8'), true, true).importedFiles.map(({ fileName: specifier }) => ({
    file: relative(ROOT, file),
    from: placeOf(file),
    specifier,
    ...(specifier.startsWith('.') ? { to: placeOf(resolve(file, '..', specifier)) } : {}),
  })));

describe('the import arrows', () => {
  it('hold for every import inside the project', () => {
    const wrong = imports.filter(({ from, to }) => to !== undefined && to !== from && !(ARROWS[from]?.includes(to)));
    expect(wrong.map(({ file, specifier }) => `${file} imports ${specifier}`)).toEqual([]);
  });

  it('know every folder', () => {
    const places = new Set([...sourceFiles('src'), ...sourceFiles('webview')].map(placeOf));
    expect([...places].sort()).toEqual(Object.keys(ARROWS).sort());
  });

  it.each(ONLY_IN)('keep %s to %s', (pattern, places) => {
    const wrong = imports.filter(({ from, specifier }) => pattern.test(specifier) && !places.includes(from));
    expect(wrong.map(({ file }) => file)).toEqual([]);
  });

  it('leave Node out of what draws or is pure', () => {
    const wrong = imports.filter(({ from, specifier }) => WITHOUT_NODE.includes(from) && /^(node:|fs$|path$)/.test(specifier));
    expect(wrong.map(({ file, specifier }) => `${file} imports ${specifier}`)).toEqual([]);
  });
});

describe('the house style', () => {
  it.each(['src/cli.ts', 'src/extension.ts'])('keeps %s under 80 lines', (file) => {
    expect(readFileSync(join(ROOT, file), 'utf8').split('\n').length).toBeLessThan(80);
  });

  it('names no family outside model/families', () => {
    const names = readdirSync(join(ROOT, 'src/model/families')).map((name) => name.replace('.ts', '')).filter((name) => !['family', 'registry'].includes(name));
    const quoted = new RegExp(`['"\`](${names.join('|')})['"\`]`);
    const elsewhere = [...sourceFiles('src'), ...sourceFiles('webview')].filter((file) => !file.includes(join('model', 'families')) && !file.endsWith('ropeConfig.ts')); // "dynamic" is also a kind of rope scaling
    const wrong = elsewhere.filter((file) => quoted.test(readFileSync(file, 'utf8')));
    expect(wrong.map((file) => relative(ROOT, file))).toEqual([]);
  });

  it('skips and focuses no test', () => {
    const wrong = sourceFiles('test').filter((file) => /\b(?:it|test|describe)\.(?:skip|only|todo|fails|skipIf|runIf)\b|\bretry:/.test(readFileSync(file, 'utf8').replace(/\/\\b.*\\b\//, '')));
    expect(wrong.filter((file) => file !== import.meta.filename).map((file) => relative(ROOT, file))).toEqual([]);
  });
});
