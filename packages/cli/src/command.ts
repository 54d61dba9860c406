import type { Pkcs11Uri } from "@guildhall/attestation";
import type { Terminal } from "./terminal.ts";

/**
 * 0: yes. 1: no: the receipt is not genuine, the rules are refused, the decision would be another. 2: the question could
 * not be asked. 3: it was asked, and there is no telling.
 */
export type ExitCode = 0 | 1 | 2 | 3;

export interface Command {
  /** One word, or two: `rules lint`. */
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
  /** The environment's HALL_KEY; null where it is not set. */
  hallKey: string | null;
  /** The environment's HALL_OPERATOR_TOKEN_FILE; null where it is not set. */
  operatorTokenFile: string | null;
  /** The environment's WCP_ATTEST_HMAC_KEY; null where it is not set. */
  attestSecret: string | null;
  /** The PIN of a token: from the file that its URI names, or from the person at the terminal. @throws SignerError */
  readPin(uri: Pkcs11Uri): Promise<string>;
  /** Asks the person at the terminal, yes or no; null where nobody sits there. */
  confirm: ((question: string) => Promise<boolean>) | null;
}

/** The command line is wrong, or what it names cannot be read. Ends in exit code 2. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}
