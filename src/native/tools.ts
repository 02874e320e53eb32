/** The programs that a way needs, looked for before anything is downloaded. */
import type { LensError } from '../base/errors.js';
import { missing, runProgram } from './program.js';
import type { Way } from './ways.js';

interface Tool {
  /** Called with these it only says its version. */
  readonly program: string;
  readonly args: readonly string[];
  /** What is missing if that fails. */
  readonly name: string;
}

const NPM: Tool = { program: 'npm', args: ['--version'], name: 'npm' };
const TOOLS: Readonly<Record<Way, readonly Tool[]>> = {
  installer: [NPM],
  wheel: [NPM, { program: 'python3', args: ['--version'], name: 'python3' }, { program: 'python3', args: ['-m', 'pip', '--version'], name: 'pip' }, { program: 'g++', args: ['--version'], name: 'g++' }],
};

export interface UsableWays {
  readonly ways: readonly Way[];
  /** Of the first way that can't be gone: what it lacks (E_TOOL_MISSING). */
  readonly lacking?: LensError;
}

/** Those of the ways whose programs are there. @throws E_TOOL_MISSING if that leaves none */
export async function usableWays(ways: readonly Way[], signal?: AbortSignal): Promise<UsableWays> {
  const lacks = await Promise.all(ways.map((way) => lackOf(TOOLS[way], signal)));
  const usable = ways.filter((_, index) => lacks[index] === undefined);
  const lacking = lacks.find((lack) => lack !== undefined);
  if (usable.length === 0 && lacking !== undefined) throw lacking;
  return { ways: usable, ...(lacking === undefined ? {} : { lacking }) };
}

async function lackOf(tools: readonly Tool[], signal: AbortSignal | undefined): Promise<LensError | undefined> {
  for (const { program, args, name } of tools) {
    try {
      await runProgram(program, args, signal === undefined ? {} : { signal });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      return missing(name);
    }
  }
  return undefined;
}
