/** What the checkpoint that the settings name is, known before it is run: asked from the engine when someone wants to see it. */
import { toLensError, type LensError } from '../base/errors.js';
import type { OpenParams } from '../protocol/engineApi.js';
import type { PanelAbout } from '../protocol/panelApi.js';
import type { ModelFacts } from '../trace/modelFacts.js';
import type { ModelInfo } from '../trace/run.js';
import type { EngineClient } from './engineClient.js';
import type { Settings } from './settings.js';
import { readable } from './settingsRules.js';

/** An answer of the engine, and the question. */
type Answer = { readonly key: string } & ({ readonly facts: ModelFacts } | { readonly error: LensError });

export class ChosenModel {
  private answer: Answer | undefined;
  private asked: { readonly key: string; readonly done: Promise<void> } | undefined;

  constructor(
    private readonly engine: Pick<EngineClient, 'info'>,
    private readonly settings: Pick<Settings, 'open'>,
    /** Called when there is an answer. */
    private readonly onChange: () => void,
    private readonly told: (error: LensError) => LensError = (error) => error,
  ) {}

  /** For the panel; undefined while nothing is known of the model that is chosen now. */
  get about(): PanelAbout | undefined {
    const answer = this.current;
    if (answer === undefined) return undefined;
    if ('facts' in answer) return { facts: answer.facts };
    const { code, message, hint } = answer.error;
    return { error: { code, message, hint } };
  }

  /** The model at a path, if it is the chosen one and its facts are known. */
  modelAt(path: string): ModelInfo | undefined {
    const answer = this.current;
    return answer !== undefined && 'facts' in answer && this.open?.path === path ? answer.facts.model : undefined;
  }

  /** Reads the facts of the chosen model, anew: files change. Never throws: an error is an answer too. */
  async read(): Promise<void> {
    const { open } = this;
    if (open === undefined) return; // the settings say themselves what is wrong with them
    const key = keyOf(open);
    if (this.asked?.key !== key) this.asked = { key, done: this.ask(open, key) };
    await this.asked.done;
  }

  private async ask(open: OpenParams, key: string): Promise<void> {
    const answer: Answer = await this.engine.info(open).then((facts) => ({ key, facts }), (error: unknown) => ({ key, error: this.told(toLensError(error)) }));
    if (this.asked?.key !== key) return; // another model was chosen in the meantime
    this.asked = undefined;
    this.answer = answer;
    this.onChange();
  }

  private get current(): Answer | undefined {
    const { open, answer } = this;
    return open !== undefined && answer?.key === keyOf(open) ? answer : undefined;
  }

  private get open(): OpenParams | undefined {
    return readable(() => this.settings.open());
  }
}

const keyOf = ({ path, backend, nativeFolder, memory }: OpenParams): string => JSON.stringify([path, backend, nativeFolder, memory]);
