// Runs a job in a process of its own and keeps each measurement as it comes.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { checkpoint } from './checkpoint.mjs';
import { engineOf } from './engines.mjs';
import { findPeer } from './peers.mjs';

const LONGEST_MINUTES = 60;

/**
 * The cells of a job: measured where `cells` does not have them yet. A cell that could not be measured has `failed`, with the reason.
 * @param {ReturnType<import('./cells.mjs').openCells>} cells
 */
export async function runJob(job, reps, cells) {
  const { tokens, policies, ...place } = job;
  const wanted = tokens.flatMap((count) => policies.map((policy) => ({ ...place, tokens: count, policy, reps })));
  const isDone = (cell) => cell !== undefined && cell.failed === undefined;
  const open = wanted.filter((each) => !isDone(cells.get(each)));
  const engine = engineOf(job.engine);
  const peer = await findPeer(engine.peer);
  if (open.length > 0 && peer.missing === undefined) {
    const left = { ...place, tokens: unique(open, 'tokens'), policies: unique(open, 'policy'), reps };
    const error = await runProcess(commandOf(engine, peer, left), (line) => { cells.add({ ...place, ...line, reps, date: new Date().toISOString() }); });
    for (const each of open) if (error !== undefined && !isDone(cells.get(each))) cells.add({ ...each, failed: error });
  }
  return wanted.map((each) => cells.get(each)).filter((cell) => cell !== undefined);
}

const unique = (list, key) => [...new Set(list.map((each) => each[key]))];

function commandOf(engine, peer, { shape, threads, tokens, policies, memory, reps }) {
  return [
    ...engine.command(peer), checkpoint(shape, engine.checkpoint), '--threads', threads, '--tokens', tokens.join(','), '--reps', reps, '--vocabulary', shape.vocabulary,
    ...(engine.peer === 'native' || engine.peer === 'wasm' ? ['--policies', policies.join(',')] : []), ...(memory === undefined ? [] : ['--memory', memory]),
  ].map(String);
}

/** @returns {Promise<string | undefined>} why it did not end well */
function runProcess([command, ...args], onLine) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: LONGEST_MINUTES * 60_000 });
    const complaints = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      complaints.push(line);
      complaints.splice(0, complaints.length - 20);
    });
    createInterface({ input: child.stdout }).on('line', (line) => { if (line.startsWith('{')) onLine(JSON.parse(line)); });
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(code === 0 ? undefined : `ended with ${signal ?? code}: ${complaintOf(complaints)}`));
  });
}

/** The line that says what went wrong, of a stack trace. */
const complaintOf = (lines) => (lines.findLast((line) => /error|exception/i.test(line)) ?? lines.findLast((line) => line.trim() !== '') ?? 'no message').trim().slice(0, 200);
