import { type ChildProcess, fork } from "node:child_process";
import { extname, join } from "node:path";
import { SignerError } from "./signer.ts";
import { TokenFault } from "./token-fault.ts";
import type { Numbered, TokenAnswers, TokenOrder, TokenReply } from "./token-process.ts";

/** The line to a token's process: orders out in batches, answers back by number, and an end to silence. */
export interface TokenConnection {
  /** @throws TokenFault what the token said, TOKEN_SILENT where it says nothing, TOKEN_LOST where its process ended */
  order<Order extends TokenOrder>(order: Order, silenceMs: number): Promise<TokenAnswers[Order["do"]]>;
  /** Orders that are not answered yet. */
  pending(): number;
  isAlive(): boolean;
  /** The process behind it. */
  pid: number | undefined;
  /** Ends the process at once; what was asked fails. */
  kill(reason: SignerError): void;
  /** Lets the process finish the module and end. */
  close(): Promise<void>;
}

interface Waiting {
  silenceMs: number;
  sentAtMs: number;
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}

const WATCH_MS = 50;
const CLOSE_MS = 1000;

export function connectToken(): TokenConnection {
  const script = join(import.meta.dirname, `token-process${extname(import.meta.filename)}`);
  // Nothing of ours goes along: neither a debugger's port nor a test runner's loader.
  const child: ChildProcess = fork(script, {
    execArgv: [],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const waiting = new Map<number, Waiting>();
  let outgoing: Numbered<TokenOrder>[] = [];
  let lastNumber = 0;
  let heardAtMs = performance.now();
  let alive = true;
  let watch: NodeJS.Timeout | null = null;

  child.on("message", (replies: Numbered<TokenReply>[]) => {
    heardAtMs = performance.now();
    for (const { number, content } of replies) {
      const one = waiting.get(number);
      waiting.delete(number);
      if (content.ok) one?.resolve(content.value as never);
      else one?.reject(new TokenFault(content.code, content.message, content.fatal));
    }
    if (waiting.size === 0) stopWatch();
  });
  child.once("exit", (code, signal) =>
    fail(new TokenFault("TOKEN_LOST", `The token's process ended (${signal ?? `code ${code}`}).`, false)),
  );
  // A process that cannot be started, or a line that broke while something was on it.
  child.on("error", (cause) =>
    fail(
      new TokenFault("TOKEN_LOST", `The token's process cannot be reached: ${cause.message}.`, false, cause),
    ),
  );

  function fail(error: SignerError): void {
    alive = false;
    stopWatch();
    for (const one of waiting.values()) one.reject(error);
    waiting.clear();
    outgoing = [];
  }

  function stopWatch(): void {
    if (watch) clearInterval(watch);
    watch = null;
  }

  function silentFor(): number | null {
    const now = performance.now();
    for (const { sentAtMs, silenceMs } of waiting.values()) {
      const silentMs = now - Math.max(sentAtMs, heardAtMs);
      if (silentMs > silenceMs) return Math.round(silentMs);
    }
    return null;
  }

  /** Where this process stood still itself, the answer lies unread: what has arrived is read before we judge. */
  function lookForSilence(): void {
    if (silentFor() === null) return;
    setImmediate(() => {
      const ms = silentFor();
      if (ms !== null && alive)
        kill(new TokenFault("TOKEN_SILENT", `The token has not answered for ${ms} ms.`, false));
    });
  }

  function kill(reason: SignerError): void {
    fail(reason);
    child.kill("SIGKILL");
  }

  /** What is asked in one turn of the event loop goes as one message. */
  function send(): void {
    const orders = outgoing;
    outgoing = [];
    // A line that is closed says so through "error" or "exit".
    if (alive && child.connected) child.send(orders, () => undefined);
  }

  return {
    order(order, silenceMs) {
      if (!alive)
        return Promise.reject(new TokenFault("TOKEN_LOST", "The token's process has ended.", false));
      return new Promise((resolve, reject) => {
        lastNumber += 1;
        waiting.set(lastNumber, { silenceMs, sentAtMs: performance.now(), resolve, reject });
        outgoing.push({ number: lastNumber, content: order });
        if (outgoing.length === 1) queueMicrotask(send);
        watch ??= setInterval(lookForSilence, WATCH_MS);
      });
    },
    pending: () => waiting.size,
    isAlive: () => alive,
    pid: child.pid,
    kill,
    async close() {
      fail(new SignerError("SIGNER_CLOSED", "The token was closed."));
      if (child.exitCode !== null || child.signalCode !== null) return;
      if (child.connected) child.disconnect();
      const patience = setTimeout(() => child.kill("SIGKILL"), CLOSE_MS);
      await ended;
      clearTimeout(patience);
    },
  };
}
