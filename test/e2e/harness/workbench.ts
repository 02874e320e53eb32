import { createWriteStream, mkdirSync, writeFileSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { findChromium } from '../../../scripts/lib/chromium.mjs';
import { packageFile } from '../../../scripts/lib/vsix.mjs';
import { serve, type ServedCode } from '../../../scripts/vscode-server/server.mjs';
import { TEST_SETTINGS } from './settings.js';
import { THEMES, WORKBENCH_CLASS, type ThemeKind } from './themes.js';

const OUT = fileURLToPath(new URL('../out/', import.meta.url));
const BROWSER_ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const WORKBENCH_TIMEOUT_MS = 60_000;
/** Colours move to those of a new theme. */
const TRANSITION_MS = 300;
/** In a browser VS Code saves its state every 5 seconds, and not when the page closes. */
const SAVE_INTERVAL_MS = 6_000;

export interface WorkbenchOptions {
  /** Names the log and the pictures in test/e2e/out/. */
  readonly name: string;
  /** A folder whose copy is opened, and more files in it (path -> content). */
  readonly workspace?: string;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** User settings over TEST_SETTINGS. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly theme?: ThemeKind;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly env?: Readonly<Record<string, string>>;
  /** Another extension than the package that `npm run package` made. */
  readonly vsix?: string;
  /** The file that is open at first, a path below the workspace. */
  readonly open?: string;
}

/** A VS Code with the packaged extension installed, in a browser. */
export class Workbench {
  private liveSettings: Readonly<Record<string, unknown>> = {};

  private constructor(
    readonly code: ServedCode,
    readonly page: Page,
    private readonly browser: Browser,
    private readonly name: string,
    private readonly log: WriteStream,
  ) {}

  static async start(options: WorkbenchOptions): Promise<Workbench> {
    mkdirSync(OUT, { recursive: true });
    const log = createWriteStream(join(OUT, `${options.name}.log`));
    const code = await serve({
      vsix: options.vsix ?? packageFile(),
      ...(options.workspace === undefined ? {} : { workspace: options.workspace }),
      // workspace settings are watched only in a folder that is there from the start
      files: { '.vscode/settings.json': '{}', ...options.files },
      settings: { ...TEST_SETTINGS, ...(options.theme === undefined ? {} : { 'workbench.colorTheme': THEMES[options.theme] }), ...options.settings },
      ...(options.env === undefined ? {} : { env: options.env }),
      log: (text) => log.write(text),
    });
    const browser = await chromium.launch({ executablePath: findChromium(), args: BROWSER_ARGUMENTS });
    const context = await browser.newContext({ viewport: options.viewport ?? { width: 1280, height: 800 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: `http://127.0.0.1:${code.port}` });
    // nothing but this server is reached
    await context.route((url) => url.protocol.startsWith('http') && url.host !== `127.0.0.1:${code.port}`, (route) => route.abort());
    const page = await context.newPage();
    page.on('console', (message) => log.write(`[page ${message.type()}] ${message.text()}\n`));
    page.on('pageerror', (error) => log.write(`[page error] ${error.message}\n`));
    const workbench = new Workbench(code, page, browser, options.name, log);
    await workbench.load(options.open);
    return workbench;
  }

  /** Opens the page anew, as a person who follows the address. */
  async load(openFile?: string): Promise<void> {
    await this.page.goto(this.code.url(openFile));
    await this.page.locator('.monaco-workbench').waitFor({ timeout: WORKBENCH_TIMEOUT_MS });
    await this.page.locator('.statusbar-item').first().waitFor({ timeout: WORKBENCH_TIMEOUT_MS });
    if (openFile !== undefined) await this.page.locator('.editor-instance .view-line').first().waitFor({ timeout: WORKBENCH_TIMEOUT_MS });
  }

  /** Reloads the page where it stands: what VS Code has saved of its layout and its panels comes back. */
  async reload(): Promise<void> {
    await this.page.waitForTimeout(SAVE_INTERVAL_MS);
    await this.page.reload();
    await this.page.locator('.statusbar-item').first().waitFor({ timeout: WORKBENCH_TIMEOUT_MS });
  }

  /** Absolute path of a file of the workspace. */
  path(file: string): string {
    return join(this.code.folders.workspace, file);
  }

  /** Changes settings while VS Code runs: as settings of the workspace, which apply in under a second. */
  setLive(settings: Readonly<Record<string, unknown>>): void {
    this.liveSettings = { ...this.liveSettings, ...settings };
    writeFileSync(this.path('.vscode/settings.json'), JSON.stringify(this.liveSettings));
  }

  async setTheme(kind: ThemeKind): Promise<void> {
    this.setLive({ 'workbench.colorTheme': THEMES[kind] });
    await this.page.locator(`.monaco-workbench.${WORKBENCH_CLASS[kind]}`).waitFor();
    await this.page.waitForTimeout(TRANSITION_MS);
  }

  /** A picture of the whole window: test/e2e/out/NAME-what.png. */
  async screenshot(what: string): Promise<void> {
    await this.page.screenshot({ path: join(OUT, `${this.name}-${what}.png`) });
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.code.stop();
    await new Promise((resolve) => { this.log.end(resolve); });
  }
}
