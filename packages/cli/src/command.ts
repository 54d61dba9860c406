import type { Terminal } from "./terminal.ts";

/** 0: yes. 1: no, the receipt is not genuine. 2: the question could not be asked. */
export type ExitCode = 0 | 1 | 2;

export interface Command {
  name: string;
  /** One line of `hall help`. */
  summary: string;
  /** Everything that `hall help <command>` says. */
  help: string;
  /** @throws UsageError */
  run(args: string[], io: Io): Promise<ExitCode>;
}

export interface Io {
  stdin: AsyncIterable<Uint8Array>;
  /** For answers. */
  out: Terminal;
  /** For what kept a command from answering. */
  err: Terminal;
}

/** The command line is wrong, or what it names cannot be read. Ends in exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
