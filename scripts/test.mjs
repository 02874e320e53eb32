#!/usr/bin/env node
// npm test: installs what is missing, then runs every suite, or those that are named: `node scripts/test.mjs unit parity`.
// Ends with one line for all suites together.
import './lib/node-version.mjs';
import { fail, SetupError } from './lib/shell.mjs';
import { SUITES, doStep } from './lib/suites.mjs';

function main(names) {
  const unknown = names.find((name) => !(name in SUITES));
  if (unknown !== undefined) throw new SetupError(`There is no suite "${unknown}"; there are ${Object.keys(SUITES).join(', ')}.`);

  const lines = [];
  const total = { passed: 0, failed: 0 };
  for (const name of names.length > 0 ? names : Object.keys(SUITES)) {
    console.log(`\n=== ${name}`);
    const started = Date.now();
    const { passed, failed } = runSuite(SUITES[name]);
    total.passed += passed;
    total.failed += failed;
    lines.push(`${name.padEnd(14)} ${failed === 0 ? `all ${passed} passed` : `${failed} of ${passed + failed} failed`} in ${Math.round((Date.now() - started) / 1000)} s`);
    console.log(lines.at(-1));
  }
  console.log(`\n${lines.join('\n')}\n\n${total.passed} passed, ${total.failed} failed`);
  if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
}

/** A suite that can't be run counts as one failure. */
function runSuite(suite) {
  try {
    for (const step of suite.needs) doStep(step);
    return suite.run();
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : error);
    return { passed: 0, failed: 1 };
  }
}

try { main(process.argv.slice(2)); } catch (error) { fail(error); }
