/** What functions see of the file system, and as whom; open-filesystem.ts finds what this machine allows of it. */
import type { HostConfig } from './config.ts';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** Where the parts of Lambda's layout are for a function; real directories where nothing can be mounted. */
export interface Layout {
  readonly task: string;
  readonly opt: string;
  readonly runtime: string;
  readonly node: string;
  readonly python: string;
  /** Undefined: /tmp, which is the sandbox's own then. */
  readonly tmp: string | undefined;
}

export type FileSystemConfig = Pick<HostConfig, 'root' | 'workDir' | 'runtimes'>;

export interface FileSystem {
  /** How, or `none: <why>`; for the report. */
  readonly report: string;
  /** As whom functions run; for the report. */
  readonly user: string;
  /** Takes the directories of code, layers and temporary files. */
  readonly directory: string;
  /** A temporary directory that functions may write to. */
  openTmp(id: string): string;
  closeTmp(tmp: string): void;
  /** A shell in it that reads what to do from stdin, and says `there` on descriptor 3. */
  shell(tmp: string): Command;
  /** Lines for that shell that put code and layers, directories below `directory`, in their places. */
  place(code: string, layers: string | undefined): string;
  /** What a command begins with so that it runs without privileges. */
  readonly unprivileged: readonly string[];
  layout(code: string, layers: string | undefined, tmp: string): Layout;
}

/** A word for a shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
