/** A run from a command to its result: one per document at a time. */
import { analyze, type RunAnalysis } from '../analysis/analyze.js';
import { compareRuns } from '../analysis/compare.js';
import { comparedPolicies } from '../analysis/policyLabels.js';
import { isLensError, LensError, toLensError } from '../base/errors.js';
import type { Progress } from '../protocol/engineApi.js';
import type { ModelInfo, RunSummary } from '../trace/run.js';
import type { CallOptions } from './engineClient.js';
import type { EngineCalls } from './lazyEngine.js';
import { withLateProgress } from './lateProgress.js';
import type { Notifier } from './notifier.js';
import { nextTurn } from './slices.js';
import { panelResult, type AnalysedText } from './panelState.js';
import type { ActiveRun, Result, Session } from './session.js';
import type { Sessions } from './sessions.js';
import type { RunChoice, Settings } from './settings.js';
import { namingModelSetting, readable } from './settingsRules.js';
import type { RunKind, Target } from './target.js';
import { Tracker } from './tracker.js';

/** The status bar and the panel are told of progress at most so often. */
const PROGRESS_MS = 100;

export class Runner {
  /** Checkpoints that have been opened, by path: what the next run's policy is called. */
  private readonly models = new Map<string, ModelInfo>();

  constructor(
    private readonly engine: EngineCalls,
    private readonly sessions: Sessions,
    private readonly settings: Settings,
    private readonly notifier: Notifier,
  ) {}

  modelAt(path: string): ModelInfo | undefined {
    return this.models.get(path);
  }

  /** Runs the text and shows the result, or says why not. A run under way on the same document is cancelled. */
  async run(target: Target, kind: RunKind): Promise<void> {
    const session = this.sessions.of(target.document);
    session.run?.controller.abort();
    const run: ActiveRun = { controller: new AbortController(), tracker: new Tracker(target.segments, target.document.getText()), target, kind, progress: { stage: 'Starting', done: 0, total: 0 } };
    session.run = run;
    session.last = run;
    session.error = undefined;
    session.isCleared = false;
    this.sessions.fire(session, 'result');
    try {
      const result = await withLateProgress(`MoE Lens: ${target.title}`, run.controller, (report) => this.compute(run, this.reporter(session, run, report)));
      this.finish(session, run, result);
    } catch (thrown) {
      this.fail(session, run, this.withSetting(toLensError(thrown)));
    }
  }

  /** Ends every run that is under way. */
  cancelAll(): void {
    for (const session of this.sessions.all) session.run?.controller.abort();
  }

  private finish(session: Session, run: ActiveRun, result: Result): void {
    const traceIds = [...result.runs, ...(result.variant?.runs ?? [])].map((each) => each.run.traceId);
    if (session.run !== run) { // another run has begun, or the document was closed
      this.engine.release(traceIds);
      return;
    }
    this.engine.release(session.traceIds);
    session.run = undefined;
    run.tracker.attach(result.runs[0].run.starts, result.runs[0].run.ends);
    session.show(result);
    this.sessions.fire(session, 'result');
  }

  private withSetting(error: LensError): LensError {
    return readable(() => this.settings.model())?.isDemo === false ? namingModelSetting(error) : error;
  }

  private fail(session: Session, run: ActiveRun, error: LensError): void {
    this.notifier.error(error);
    if (session.run !== run) return;
    session.run = undefined;
    if (!isLensError(error, 'E_CANCELLED')) session.error = error;
    this.sessions.fire(session, 'result');
  }

  private async compute(run: ActiveRun, onProgress: (progress: Progress) => void): Promise<Result> {
    const { target, kind, controller: { signal }, tracker } = run;
    if (target.text === '') throw new LensError('E_TEXT_EMPTY', 'There is no text to analyze.', 'Select some text, or open a document that has some.');
    const choice = this.settings.run();
    const options = { signal, onProgress };
    const policies = kind.kind === 'compare' ? await this.compared(choice, options) : [choice.policy];
    const runs = await this.engine.trace({ ...choice.open, text: target.text, policies, surprisal: choice.surprisal }, options);
    const analysed = await analysedText(target.text, runs);
    const variant = kind.kind === 'variant' ? await analysedText(kind.text, await this.variantRuns(choice, kind.text, policies, runs, options)) : undefined;
    const [first, second] = analysed.runs;
    this.models.set(choice.open.path, first.run.model);
    await nextTurn();
    const panel = panelResult(target.title, analysed, variant);
    await nextTurn();
    const comparison = second === undefined ? undefined : compareRuns(first.run, second.run);
    return { ...analysed, target, kind, tracker, panel, ...(variant === undefined ? {} : { variant }), ...(comparison === undefined ? {} : { comparison }) };
  }

  /** The clipboard's text with the same policies; if that fails, the selection's traces are of no use either. */
  private async variantRuns({ open, surprisal }: RunChoice, text: string, policies: readonly string[], runs: readonly RunSummary[], options: CallOptions): Promise<readonly RunSummary[]> {
    try {
      return await this.engine.trace({ ...open, text, policies, surprisal }, options);
    } catch (error) {
      this.engine.release(runs.map((run) => run.traceId));
      throw error;
    }
  }

  private async compared({ open, policy }: RunChoice, options: CallOptions): Promise<readonly string[]> {
    const compared = this.settings.compared();
    const { model } = await this.engine.open(open, options);
    this.models.set(open.path, model);
    if (model.nativeOnly !== undefined) throw new LensError('E_POLICY_UNSUPPORTED', `Only the native policy is faithful to ${model.name}: ${model.nativeOnly}`, 'There is no second policy to compare it with.');
    return comparedPolicies(model.nativePolicy, policy, compared);
  }

  private reporter(session: Session, run: ActiveRun, report: (progress: Progress) => void): (progress: Progress) => void {
    let told = Number.NEGATIVE_INFINITY;
    return (progress) => {
      run.progress = progress;
      report(progress);
      const now = Date.now();
      if (session.run !== run || now - told < PROGRESS_MS) return;
      told = now;
      this.sessions.fire(session, 'progress');
    };
  }
}

/** One run in a turn, so that other work of the extension host gets its turn in between. */
async function analysedText(text: string, runs: readonly RunSummary[]): Promise<AnalysedText> {
  const analysed: RunAnalysis[] = [];
  for (const run of runs) {
    await nextTurn();
    analysed.push(analyze(text, run));
  }
  const [first, ...rest] = analysed;
  if (first === undefined) throw new LensError('E_INTERNAL', 'The engine sent no run.', 'Please report it with the log (Output: MoE Lens).');
  return { text, runs: [first, ...rest] };
}
