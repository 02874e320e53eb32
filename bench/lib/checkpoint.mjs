// Makes the checkpoint of a shape once, in the user's cache folder, and says where its files are.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeGguf } from './gguf.mjs';
import { benchFolder } from './folder.mjs';
import { writeSafetensors } from './safetensors.mjs';
import { shapeName } from './shape.mjs';

/** @param {'safetensors' | 'f32' | 'bf16' | 'q8_0'} kind the last three are GGUFs */
export function checkpoint(shape, kind) {
  const folder = join(benchFolder(), 'models', shapeName(shape));
  mkdirSync(folder, { recursive: true });
  return kind === 'safetensors' ? madeFolder(join(folder, 'released'), shape) : madeFile(join(folder, `model-${kind}.gguf`), shape, kind);
}

function madeFolder(path, shape) {
  return once(path, (unfinished) => {
    mkdirSync(unfinished, { recursive: true });
    writeSafetensors(unfinished, shape);
  });
}

const madeFile = (path, shape, kind) => once(path, (unfinished) => writeGguf(unfinished, shape, kind));

/** Under another name until it is whole, so that an interrupted run leaves nothing that looks ready. */
function once(path, make) {
  if (existsSync(path)) return path;
  const unfinished = `${path}.part`;
  rmSync(unfinished, { recursive: true, force: true });
  console.error(`making ${path}`);
  make(unfinished);
  renameSync(unfinished, path);
  return path;
}
