import { type ChildProcess, fork } from "node:child_process";
import { constants, setPriority } from "node:os";
import { extname, join } from "node:path";
import type {
  AuditAnswer,
  AuditAnswers,
  AuditGiven,
  AuditOrder,
  AuditQuestion,
  AuditReport,
} from "./audit-process.ts";
import type { Raise } from "./raise-alert.ts";

/**
 * The audits of one Hall, in a process of their own beside it. That process finds, this one raises: only a Hall
 * appends to the log and signs. Nothing waits for an audit. One that has ended is begun anew, and forgets what it had
 * read, as after a restart of the Hall.
 */
export interface Audits {
  /** A round is due. None begins while one is under way; the first one starts the process. */
  round(): void;
  /** Settled once the process is gone and what it had found stands. */
  close(): Promise<void>;
}

export interface AuditsOptions extends AuditGiven {
  raise: Raise;
  /** The key of the log that speaks for a tree of this size. */
  key: (treeSize: number) => Promise<string>;
  log: { warn(details: object, message: string): void };
}

/** For the page that is being read when the Hall stops. */
const PATIENCE_MS = 1500;
const SCRIPT = join(import.meta.dirname, `audit-process${extname(import.meta.filename)}`);

export function createAudits(options: AuditsOptions): Audits {
  const { urls, origin, logLevel, raise, key, log } = options;
  let current: ChildProcess | null = null;
  let isAuditing = false;
  let isClosed = false;
  const answering = new Set<Promise<void>>();

  function start(): ChildProcess {
    // Nothing of ours goes along: neither a debugger's port nor a test runner's loader.
    const child = fork(SCRIPT, { execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] });
    yieldToOthers(child);
    child.on("message", (report: AuditReport) => {
      if (report.kind === "asked") answer(child, report.number, report.question);
      else if (child === current) isAuditing = false;
    });
    child.once("exit", (code, signal) => lose(child, { code, signal }));
    // A process that cannot be started, or a line that broke while something was on it.
    child.on("error", (err) => lose(child, { err }));
    tell(child, { kind: "begin", given: { urls, origin, logLevel } });
    return child;
  }

  /** From here, so that loading its code is below what decides too; threads take after the one that starts them. */
  function yieldToOthers({ pid }: ChildProcess): void {
    try {
      if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
    } catch (err) {
      log.warn({ err }, "the audit runs at the priority of the Hall");
    }
  }

  function lose(child: ChildProcess, details: object): void {
    if (child !== current) return;
    current = null;
    isAuditing = false;
    log.warn(details, "the process of the audit ended; the next round starts another");
    // Where only the line broke.
    child.kill("SIGKILL");
  }

  function answer(child: ChildProcess, number: number, question: AuditQuestion): void {
    // What was said by one that is gone meanwhile, the next start finds again.
    if (isClosed) return;
    const said = reply(question).then(
      (value): AuditAnswer => ({ ok: true, value }),
      (error: Error): AuditAnswer => ({ ok: false, message: error.message }),
    );
    const told = said.then((answer) => tell(child, { kind: "answer", number, answer }));
    answering.add(told);
    void told.finally(() => answering.delete(told));
  }

  async function reply(question: AuditQuestion): Promise<AuditAnswers[keyof AuditAnswers]> {
    switch (question.kind) {
      case "raise":
        await raise(question.chain, question.found);
        return null;
      case "key":
        return key(question.treeSize);
    }
  }

  return {
    round() {
      if (isAuditing || isClosed) return;
      try {
        current ??= start();
      } catch (err) {
        // A machine that has no room for another process is no reason to decide nothing.
        log.warn({ err }, "the process of the audit could not be started; it is tried again");
        return;
      }
      isAuditing = true;
      tell(current, { kind: "round" });
    },
    async close() {
      const last = current;
      current = null;
      if (last) await end(last);
      isClosed = true;
      await Promise.all(answering);
    },
  };
}

/** A line that is closed says so by "exit". */
function tell(child: ChildProcess, order: AuditOrder): void {
  if (child.connected) child.send(order, () => undefined);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  tell(child, { kind: "end" });
  const patience = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  await ended;
  clearTimeout(patience);
}
