import type { Windows } from '../trace/run.js';

/** Tokens [start, end) that are run together; those before `firstNew` were already covered by the window before. */
export interface Window {
  readonly start: number;
  readonly end: number;
  readonly firstNew: number;
}

export interface WindowPlan {
  readonly windows: readonly Window[];
  /** Absent when the text fits into the context. */
  readonly summary?: Windows;
}

/**
 * How a text of `tokens` tokens is run by a model with a context of `contextLength`: at once if it fits, else in
 * windows of that length that overlap by half, so that each token has at least half a context before it (the
 * strided evaluation that is usual for perplexity; transformers, "Perplexity of fixed-length models").
 */
export function planWindows(tokens: number, contextLength: number): WindowPlan {
  if (tokens <= contextLength) return { windows: [{ start: 0, end: tokens, firstNew: 0 }] };
  const stride = Math.max(1, Math.floor(contextLength / 2));
  const windows: Window[] = [];
  let covered = 0;
  while (covered < tokens) {
    const start = Math.min(windows.length * stride, tokens - contextLength);
    windows.push({ start, end: start + contextLength, firstNew: covered });
    covered = start + contextLength;
  }
  return { windows, summary: { length: contextLength, stride, count: windows.length } };
}
