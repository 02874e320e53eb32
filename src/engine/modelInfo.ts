import { openCheckpoint } from '../checkpoint/open.js';
import { readModel } from '../model/model.js';
import type { ModelInfo } from '../trace/run.js';

/** What the checkpoint at `path` is, from its config and its headers. Throws as Session.open does, tokenizer and backend apart. */
export async function modelInfo(path: string): Promise<ModelInfo> {
  const checkpoint = await openCheckpoint(path);
  try {
    return readModel(checkpoint).info;
  } finally {
    await checkpoint.store.close();
  }
}
