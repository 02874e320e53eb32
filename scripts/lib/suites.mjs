// The checks of npm test, in their order. Each gives how many of its checks passed and failed.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PARTS } from './parts.mjs';
import { LINUX_X64, ROOT } from './paths.mjs';
import { SetupError, shown } from './shell.mjs';

/** @typedef {{ passed: number, failed: number }} Tally */

/**
 * What has to be done before a suite; done once, by the first suite that needs it.
 * @type {Record<string, () => void>}
 */
const STEPS = {
  deps: PARTS.deps,
  // both backends are tested where both can be had
  native: LINUX_X64 ? PARTS.native : () => {},
  'vscode-server': PARTS['vscode-server'],
  chromium: PARTS.chromium,
  // what people get is what is tested
  build: () => script('build.mjs', '--production'),
  package: () => script('package.mjs', '--no-build'),
};

/** @type {Record<string, { needs: readonly string[], run: () => Tally }>} */
export const SUITES = {
  lint: { needs: ['deps'], run: () => allOf(check('eslint/bin/eslint.js', '.', '--max-warnings=0')) },
  types: { needs: ['deps'], run: () => allOf(check('typescript/bin/tsc', '-p', '.'), check('typescript/bin/tsc', '-p', 'webview')) },
  unit: { needs: ['deps'], run: () => vitest('unit') },
  architecture: { needs: ['deps'], run: () => vitest('architecture') },
  parity: { needs: ['deps', 'native', 'build'], run: () => vitest('parity') },
  integration: { needs: ['deps', 'native', 'vscode-server', 'chromium', 'build'], run: () => vitest('integration') },
  e2e: { needs: ['deps', 'native', 'vscode-server', 'chromium', 'build', 'package'], run: () => vitest('e2e') },
};

/** Undefined: not tried yet. */
const stepErrors = new Map();

/** Does a step unless it was done; throws every time when it failed. */
export function doStep(name) {
  if (!stepErrors.has(name)) {
    stepErrors.set(name, null);
    try { STEPS[name](); } catch (error) { stepErrors.set(name, error); }
  }
  const error = stepErrors.get(name);
  if (error !== null) throw error;
}

function script(name, ...args) {
  if (!shown(process.execPath, [join(ROOT, 'scripts', name), ...args], { cwd: ROOT })) throw new SetupError(`scripts/${name} failed.`);
}

/** A program of node_modules whose exit code says whether all is well. */
function check(program, ...args) {
  return shown(process.execPath, [join(ROOT, 'node_modules', program), ...args], { cwd: ROOT });
}

/** Programs that count as one check. */
function allOf(...passed) {
  return passed.every(Boolean) ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** A project of vitest.config.ts. */
function vitest(project) {
  const folder = mkdtempSync(join(tmpdir(), 'moe-lens-test-'));
  try {
    const report = join(folder, 'report.json');
    const passed = shown(process.execPath, [join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--project', project,
      '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], { cwd: ROOT });
    return tally(report, passed);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A test that did not run counts as failed, and so does a run that failed outside its tests. */
function tally(report, passed) {
  let result;
  try { result = JSON.parse(readFileSync(report, 'utf8')); } catch { return { passed: 0, failed: 1 }; }
  const failed = result.numTotalTests - result.numPassedTests;
  const failedElsewhere = failed === 0 && (!passed || result.numTotalTests === 0);
  return { passed: result.numPassedTests, failed: failedElsewhere ? 1 : failed };
}
