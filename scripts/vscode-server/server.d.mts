export interface ServeOptions {
  /** A folder whose copy is opened. */
  readonly workspace?: string;
  /** More files of the workspace: path below it -> content. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** An extension's folder, loaded as it stands. */
  readonly link?: string;
  /** A packaged extension, installed. */
  readonly vsix?: string;
  /** User settings: read when a page loads. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Environment variables of the server and all it starts. */
  readonly env?: Readonly<Record<string, string>>;
  /** Gets what the server prints. */
  readonly log?: (text: string) => void;
}

export interface ServedCode {
  readonly folders: {
    readonly run: string;
    readonly home: string;
    readonly user: string;
    readonly server: string;
    readonly extensions: string;
    readonly workspace: string;
  };
  readonly port: number;
  /** The server's process, and the id of the group in which all it starts is. */
  readonly pid: number;
  /** Resolves when the server has ended. */
  readonly exited: Promise<number | null>;
  /** The page with the workspace, and one of its files (path below the workspace) open. Holds the token. */
  url(openFile?: string): string;
  /** Ends every process and deletes every file. */
  stop(): Promise<void>;
}

export function serve(options: ServeOptions): Promise<ServedCode>;
