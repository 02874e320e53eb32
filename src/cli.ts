/** The `moe-lens` command: the engine in this process, results on stdout, everything else on stderr. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cancelled } from './base/abort.js';
import { toLensError } from './base/errors.js';
import { packageRoot } from './base/packageRoot.js';
import { UsageError } from './cli/arguments.js';
import { info, INFO_USAGE } from './cli/info.js';
import { models, MODELS_USAGE } from './cli/models.js';
import { trace, TRACE_USAGE } from './cli/trace.js';
import { withMemoryErrors } from './engine/memoryErrors.js';

/** What a command prints: one text, or pieces as they come. */
type Command = (args: string[], signal: AbortSignal) => Promise<string> | AsyncGenerator<string>;

const COMMANDS: Readonly<Record<string, { readonly run: Command; readonly usage: string }>> = {
  trace: { run: trace, usage: TRACE_USAGE },
  info: { run: info, usage: INFO_USAGE },
  models: { run: models, usage: MODELS_USAGE },
};

const HELP = `moe-lens: how many experts a mixture-of-experts model uses for each token of a text

${Object.values(COMMANDS).map(({ usage }) => usage).join('\n\n')}

moe-lens --version | --help
Exit status: 0, 1 for an error (moe-lens: E_CODE: message), 2 for wrong usage.
`;

const version = (): string => (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version;

function write(text: string): Promise<void> {
  return new Promise((resolve, reject) => { process.stdout.write(text, (error) => { if (error) reject(error); else resolve(); }); });
}

async function print(output: Promise<string> | AsyncGenerator<string>): Promise<void> {
  if (output instanceof Promise) return write(await output);
  for await (const piece of output) await write(piece);
}

async function main([name = '', ...args]: string[]): Promise<number> {
  if (name === '--version') return write(`${version()}\n`).then(() => 0);
  if (name === '--help' || name === '-h' || name === 'help') return write(HELP).then(() => 0);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    process.stderr.write(`moe-lens: ${name === '' ? 'which command?' : `"${name}" is not a command`}\n\n${HELP}`);
    return 2;
  }
  if (args.includes('--help')) return write(`${command.usage}\n`).then(() => 0);
  const controller = new AbortController();
  process.once('SIGINT', () => { controller.abort(); });
  try {
    await withMemoryErrors(() => Promise.race([print(command.run(args, controller.signal)), cancelled(controller.signal)]), () => undefined);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`moe-lens: ${error.message}\n\n${command.usage}\n`);
      return 2;
    }
    const { code, sentence } = toLensError(error);
    process.stderr.write(`moe-lens: ${code}: ${sentence}\n`);
    return 1;
  }
}

process.stdout.on('error', () => process.exit(1)); // the reader went away, as `| head` does
process.exit(await main(process.argv.slice(2)));
