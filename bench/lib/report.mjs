// Writes a run: results.json, RESULTS.md and its pictures.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePictures } from './picture.mjs';
import { weightBytes } from './shape.mjs';
import { costTables, counted, markdown, speedTables } from './tables.mjs';

/** What follows this line in RESULTS.md is kept when the file is written again. */
const BY_HAND = '<!-- written by hand from here on -->';

const NOTES = `- **CPU ms** is the processor time of all of a process's threads, the best of all passes: on a shared machine the figure to trust, with one thread above all. **wall ms** is the clock, the best of all passes; look at the load average beside it
  (the last minute's, the measured program included).
- **GFLOPS**: the multiplications and additions of attention, routers and selected experts, divided by the time. Output layers are not counted.
- transformers and llama.cpp also compute the logits of the last row (0.1 GFLOP in the usual shape); MoE Lens has no output layer in its pass.
- llama.cpp, asked for the last row only, leaves out the router and the experts of its last layer for all other rows. The others compute them; GFLOPS count what is computed, the ratios compare times as they are.
- **load s** is opening the model; **first pass s** the pass after it at this length, in which files are paged in and, by MoE Lens, weights read (in the shortest text of a process).
- **MoE Lens / it**: time of MoE Lens, native, divided by the row's. Below 1 MoE Lens is faster.`;

/** The tables of a run, as they are printed and written. */
export const tablesOf = (figures, run) => ({ speed: speedTables(figures, run).map(markdown).join('\n'), cost: costTables(figures, run).map(markdown).join('\n') });

/**
 * @param {string} folder where RESULTS.md goes
 * @param {{ date: string, command: string, machine: object, versions: Record<string, string>, run: object, figures: object[] }} results
 */
export function writeReport(folder, jsonFile, results) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(jsonFile, `${JSON.stringify(results, null, 1)}\n`);
  const pictures = writePictures(join(folder, 'results'), results.figures, results.run);
  const file = join(folder, 'RESULTS.md');
  const byHand = existsSync(file) ? readFileSync(file, 'utf8').split(BY_HAND)[1] ?? '\n' : '\n';
  writeFileSync(file, `${text(results, pictures)}\n${BY_HAND}${byHand}`);
  return file;
}

function text({ date, command, machine, versions, run, figures }, pictures) {
  const { shape } = run;
  const { speed, cost } = tablesOf(figures, run);
  return `# Measured speed

\`${command}\` wrote this file on ${date.slice(0, 10)}. How to run it and what it does: [README.md](README.md).

- machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGB} GB, ${machine.system}
- versions: ${[['Node', machine.node], ...Object.entries(versions)].map(([name, version]) => `${name} ${version}`).join(', ')}
- model: OLMoE's form, random weights, ${shape.layers} layers, hidden ${shape.hidden}, ${shape.experts} experts Top-${shape.topK}, inner ${shape.inner}, vocabulary ${shape.vocabulary}; ${(weightBytes(shape) / 2 ** 30).toFixed(2)} GB of layers as f32
- ${counted(run.rounds, 'round')} in which every engine has a process in turn, best of ${run.reps} in each after a first pass

${pictures.map(({ file, alt }) => `![${alt}](results/${file})`).join('\n\n')}

## Reading the figures

${NOTES}

## 1. MoE Lens and its peers

${speed}
## 2. What MoE Lens costs

${cost}`;
}
