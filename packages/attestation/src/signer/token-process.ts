import { loadModule } from "./pkcs11.ts";
import { SignerError, type SignerErrorCode } from "./signer.ts";
import {
  createTokenContext,
  type OpenedToken,
  type TokenContext,
  type TokenKey,
  type TokenMatch,
  type WantedKey,
} from "./token-context.ts";
import { TokenFault } from "./token-fault.ts";

/**
 * The process that owns a PKCS#11 module. A module's calls are synchronous: one that hangs would hold everything that
 * shares its thread, and cannot be called off. Here it holds nobody, and whoever asked ends this process and starts
 * another. It does what it is told in the order in which it is told, and ends with its parent.
 */

export type TokenOrder =
  | { do: "open"; modulePath: string; match: TokenMatch; pin: string; keys: WantedKey[]; probe: Uint8Array }
  | { do: "use"; key: WantedKey; probe: Uint8Array }
  | { do: "list" }
  | { do: "generate"; key: WantedKey; label: string }
  | { do: "sign"; id: string; data: Uint8Array };

/** A key that signed just now. */
export interface ProbedKey {
  key: TokenKey;
  signature: Uint8Array;
}

export interface TokenAnswers {
  open: OpenedToken & { keys: ProbedKey[] };
  use: ProbedKey;
  list: ReturnType<TokenContext["list"]>;
  generate: TokenKey;
  sign: Uint8Array;
}

export interface Numbered<Content> {
  number: number;
  content: Content;
}

export type TokenReply =
  | { ok: true; value: TokenAnswers[keyof TokenAnswers] }
  | { ok: false; code: SignerErrorCode; message: string; fatal: boolean };

let context: TokenContext | null = null;
const waiting: Numbered<TokenOrder>[] = [];
let isRunning = false;

process.on("message", (orders: Numbered<TokenOrder>[]) => {
  waiting.push(...orders);
  if (!isRunning) void run();
});
process.on("disconnect", () => {
  context?.close();
  process.exit(0);
});
// Ctrl-C reaches the whole group; what the parent still has to sign, it signs before it lets go of us.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

const FLUSH_MS = 5;

/** Answers in batches, but never keeps an answer for longer than a few milliseconds: silence means that we hang. */
async function run(): Promise<void> {
  isRunning = true;
  while (waiting.length > 0) {
    const replies: Numbered<TokenReply>[] = [];
    const flushAt = performance.now() + FLUSH_MS;
    while (waiting.length > 0 && performance.now() < flushAt) {
      const { number, content } = waiting.shift() as Numbered<TokenOrder>;
      replies.push({ number, content: reply(content) });
    }
    process.send?.(replies);
    // Lets the answers leave, and orders arrive.
    await new Promise((resolve) => setImmediate(resolve));
  }
  isRunning = false;
}

function reply(order: TokenOrder): TokenReply {
  try {
    return { ok: true, value: obey(order) };
  } catch (error) {
    if (error instanceof SignerError)
      return {
        ok: false,
        code: error.code,
        message: error.message,
        fatal: error instanceof TokenFault && error.fatal,
      };
    // Whatever else the module or the binding threw: the next context may do better.
    const { message } = error as Error;
    return { ok: false, code: "TOKEN_LOST", message: `The token's module failed: ${message}`, fatal: false };
  }
}

function obey(order: TokenOrder): TokenAnswers[keyof TokenAnswers] {
  if (order.do === "open") {
    context ??= createTokenContext(loadModule(order.modulePath));
    const opened = context.open(order.match, order.pin);
    return { ...opened, keys: order.keys.map((key) => probed(context as TokenContext, key, order.probe)) };
  }
  if (!context) throw new SignerError("TOKEN_LOST", "The token is not open.");
  switch (order.do) {
    case "use":
      return probed(context, order.key, order.probe);
    case "list":
      return context.list();
    case "generate":
      return context.generate(order.key, order.label);
    case "sign":
      return context.sign(order.id, order.data);
  }
}

function probed(token: TokenContext, wanted: WantedKey, probe: Uint8Array): ProbedKey {
  const key = token.find(wanted);
  return { key, signature: token.sign(key.id, probe) };
}
