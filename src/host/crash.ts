/** What the end of the engine process means for a person, and how often it may be started again. */
import { LensError } from '../base/errors.js';

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last of what the process wrote to stderr. */
  readonly stderr: string;
}

/** What V8, the C++ library and Linux say when there is no memory left. */
const MEMORY_WORDS = /ENOMEM|out of memory|heap limit|std::bad_alloc|Cannot allocate memory|Array buffer allocation failed/i;
/** 128 + SIGABRT: how a shell reports an abort, which is how V8 ends without memory. */
const ABORTED = 134;
/** 128 + SIGKILL: the system's out-of-memory killer, seen through a shell or a container. */
const KILLED = 137;

/** The error that every call that was under way gets. */
export function crashError(end: ProcessEnd): LensError {
  if (MEMORY_WORDS.test(end.stderr) || end.code === ABORTED || end.signal === 'SIGABRT') {
    return new LensError('E_ENGINE_CRASHED', `The engine ran out of memory and ended (${how(end)}).`, 'It starts again with the next run. Use a shorter text or a smaller checkpoint, or close other programs.');
  }
  if (end.signal === 'SIGKILL' || end.code === KILLED) {
    return new LensError('E_ENGINE_CRASHED', `The engine was killed (${how(end)}); most often the system does that when memory runs out.`, 'It starts again with the next run. If it happens again, use a shorter text or a smaller checkpoint.');
  }
  return new LensError('E_ENGINE_CRASHED', `The engine ended unexpectedly (${how(end)}).`, 'It starts again with the next run. If it happens again, look at the log.');
}

function how(end: ProcessEnd): string {
  if (end.signal !== null) return `signal ${end.signal}`;
  return end.code === null ? 'the connection was lost' : `exit code ${end.code}`;
}

/** So many crashes within so long are a loop: the next start is refused until the oldest is that far back. */
export const CRASH_LIMIT = 3;
export const CRASH_WINDOW_MS = 60_000;

/** Counts crashes. Times in milliseconds, from any clock that does not go back. */
export class CrashHistory {
  private times: number[] = [];

  record(now: number): void {
    this.times = [...this.recent(now), now];
  }

  /** @throws E_ENGINE_CRASHED while the engine must not be started again */
  check(now: number): void {
    const recent = this.recent(now);
    const oldest = recent[0];
    if (oldest === undefined || recent.length < CRASH_LIMIT) return;
    const seconds = Math.ceil((oldest + CRASH_WINDOW_MS - now) / 1000);
    throw new LensError('E_ENGINE_CRASHED', `The engine crashed ${recent.length} times within a minute and is not started again for now.`,
      `Choose another model or look at the log; a new try is possible in ${seconds} s.`);
  }

  private recent(now: number): number[] {
    return this.times.filter((time) => now - time < CRASH_WINDOW_MS);
  }
}
