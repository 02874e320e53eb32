import { defineConfig } from 'vitest/config';

/** A suite of npm test: a folder of test/. `seconds` is how long one test may take. */
const suite = (name: string, seconds: number) => ({ name, include: [`test/${name}/**/*.test.ts`], testTimeout: seconds * 1000, hookTimeout: seconds * 1000 });

export default defineConfig({
  test: {
    allowOnly: false,
    projects: [
      { test: suite('unit', 30) },
      { test: suite('architecture', 30) },
      { test: suite('parity', 120) },
      { test: suite('integration', 120) },
      // each file has a VS Code and a browser of its own: one at a time
      { test: { ...suite('e2e', 180), include: ['test/e2e/**/*.e2e.ts'], fileParallelism: false } },
    ],
  },
});
