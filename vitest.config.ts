import { defineConfig } from 'vitest/config';

/** A suite of npm test: a folder of test/. `seconds` is how long one test may take. */
const suite = (name: string, seconds: number, pattern = '*.test.ts') => ({
  test: {
    name,
    include: [`test/${name}/**/${pattern}`],
    testTimeout: seconds * 1000,
    hookTimeout: seconds * 1000,
  },
});

export default defineConfig({
  test: {
    allowOnly: false,
    projects: [
      suite('unit', 30),
      suite('architecture', 30),
      suite('parity', 120),
      suite('integration', 120),
      // each file has a VS Code and a browser of its own: one at a time
      { ...suite('e2e', 180, '*.e2e.ts'), fileParallelism: false },
    ],
  },
});
