import { readFileSync, readdirSync } from 'node:fs';
import type { ServedCode } from '../../../scripts/vscode-server/server.mjs';

export interface Process {
  readonly pid: number;
  readonly group: number;
  readonly commandLine: string;
}

/** The processes that run (Linux). Those that have ended and wait for their parent to notice are left out. */
export function processes(): readonly Process[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      // "PID (NAME) STATE PARENT GROUP ...", where the name may hold spaces
      const [state, , group] = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
      const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return state === 'Z' ? [] : [{ pid: Number(pid), group: Number(group), commandLine }];
    } catch {
      return []; // it ended meanwhile
    }
  });
}

/** The engine processes of one VS Code. */
export function engines(code: ServedCode): readonly Process[] {
  return processes().filter(({ group, commandLine }) => group === code.pid && /dist[\\/]engine\.js/.test(commandLine));
}

/** Ends the engine as an out-of-memory would. */
export function killEngine(code: ServedCode): void {
  const found = engines(code);
  if (found.length !== 1) throw new Error(`There are ${found.length} engine processes, not one.`);
  process.kill(found[0].pid, 'SIGKILL');
}
