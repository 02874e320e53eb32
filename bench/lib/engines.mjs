// What is compared: each engine's name, the checkpoint that it is given, and the program that runs it.
import { fileURLToPath } from 'node:url';

const runner = (name) => fileURLToPath(new URL(`../runners/${name}`, import.meta.url));

const moeLens = (backend) => ({
  name: `moe-lens-${backend}`, label: `MoE Lens, ${backend === 'native' ? 'native' : 'WASM'}`, checkpoint: 'safetensors', peer: backend, allRows: true,
  command: () => [process.execPath, runner('moeLens.mjs'), '--backend', backend],
});
const transformers = (experts) => ({
  name: `transformers-${experts}`, label: `transformers f32, ${experts}`, checkpoint: 'safetensors', peer: 'transformers', allRows: true,
  command: ({ python }) => [python, runner('hf_transformers.py'), '--experts', experts],
});
const llama = (kind) => ({
  name: `llama.cpp-${kind}`, label: `llama.cpp ${kind.toUpperCase()}`, checkpoint: kind, peer: 'llama', allRows: false,
  command: ({ folder }) => [process.execPath, runner('llama.mjs'), '--package', folder],
});

/** `allRows`: the last layer's experts run for every token; llama.cpp runs them for the rows whose logits are asked for. */
export const ENGINES = [moeLens('native'), moeLens('wasm'), transformers('eager'), transformers('grouped_mm'), llama('f32'), llama('bf16'), llama('q8_0')];

/** The one that all are compared with. */
export const OURS = 'moe-lens-native';

export const engineOf = (name) => ENGINES.find((engine) => engine.name === name);

/** Engines whose names contain one of the comma-separated words; all without words. */
export function enginesLike(words = '') {
  const wanted = words.split(',').filter((word) => word !== '');
  const chosen = ENGINES.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)));
  if (chosen.length === 0) throw new Error(`"${words}" is in none of ${ENGINES.map(({ name }) => name).join(', ')}.`);
  return chosen;
}
