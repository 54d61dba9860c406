import { createHash } from "node:crypto";
import { lookup } from "node:dns";
import { isIP } from "node:net";
import type { TLSSocket } from "node:tls";
import { Agent, buildConnector, request } from "undici";

/**
 * The one door outwards (server-side request forgery). The address is checked at the moment of connecting,
 * not before, so a name that resolves differently the second time gains nothing. No redirects; size and time
 * are limited.
 */
export interface Outbound {
  /** @throws OutboundError with a code that may stand in a receipt */
  postJson(url: string, body: unknown, options: PostOptions): Promise<{ status: number; text: string }>;
  /** The same with text both ways: witnesses speak in lines. */
  postText(url: string, body: string, options: PostOptions): Promise<{ status: number; text: string }>;
  /** Any request, as it stands: a library that speaks a protocol of its own goes through the same door. */
  exchange(url: string, request: OutboundRequest): Promise<OutboundAnswer>;
  close(): Promise<void>;
}

export interface OutboundRequest {
  method: "GET" | "POST";
  headers: Record<string, string>;
  body: string | null;
  timeoutMs: number;
}

export interface OutboundAnswer {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
}

export interface OutboundOptions {
  allowPrivate: boolean;
  /** Loopback, and no other private address. */
  allowLoopback?: boolean;
  answerMaxBytes?: number;
}

export interface PostOptions {
  timeoutMs: number;
  headers?: Record<string, string>;
  /** SHA-256 of the server's public key (SPKI), hex; null where none is pinned. */
  tlsPin?: string | null;
}

export type OutboundCode =
  | "ADDRESS_REFUSED"
  | "UNREACHABLE"
  | "TIMEOUT"
  | "ANSWER_TOO_LARGE"
  | "TLS_PIN_MISMATCH";

export class OutboundError extends Error {
  override name = "OutboundError";
  readonly code: OutboundCode;
  constructor(code: OutboundCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

const ANSWER_MAX_BYTES = 1_000_000;

export function createOutbound({
  allowPrivate,
  allowLoopback = false,
  answerMaxBytes = ANSWER_MAX_BYTES,
}: OutboundOptions): Outbound {
  const agents = new Map<string, Agent>();
  const isRefused = (address: string) =>
    !allowPrivate && isPrivate(address) && !(allowLoopback && isLoopback(address));

  function agentFor(tlsPin: string | null): Agent {
    const known = agents.get(tlsPin ?? "");
    if (known) return known;
    const connect = buildConnector({
      timeout: 5000,
      lookup: (hostname, options, done) =>
        lookup(hostname, { ...options, all: true }, (error, addresses) => {
          if (error) return done(error, []);
          const refused = addresses.find(({ address }) => isRefused(address));
          if (refused) return done(refusedAddress(refused.address), []);
          done(null, addresses);
        }),
    });
    const agent = new Agent({
      maxResponseSize: answerMaxBytes,
      connections: 64,
      connect(target, done) {
        // A literal address is never looked up, so it is checked here.
        const host = target.hostname.replace(/^\[|\]$/g, "");
        if (isIP(host) && isRefused(host)) return done(refusedAddress(host), null);
        connect(target, (error, socket) => {
          if (error || !socket) return done(error ?? new Error("no socket"), null);
          if (tlsPin !== null && spkiHash(socket as TLSSocket) !== tlsPin) {
            socket.destroy();
            return done(
              new OutboundError("TLS_PIN_MISMATCH", "the server's key is not the pinned one"),
              null,
            );
          }
          done(null, socket);
        });
      },
    });
    agents.set(tlsPin ?? "", agent);
    return agent;
  }

  async function post(
    url: string,
    body: string,
    contentType: string,
    { timeoutMs, headers, tlsPin }: PostOptions,
  ): Promise<{ status: number; text: string }> {
    try {
      const response = await request(url, {
        method: "POST",
        dispatcher: agentFor(tlsPin ?? null),
        headers: { "content-type": contentType, ...headers },
        body,
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { status: response.statusCode, text: await response.body.text() };
    } catch (cause) {
      throw outboundError(cause, answerMaxBytes);
    }
  }

  async function exchange(
    url: string,
    { method, headers, body, timeoutMs }: OutboundRequest,
  ): Promise<OutboundAnswer> {
    try {
      const response = await request(url, {
        method,
        dispatcher: agentFor(null),
        headers,
        body,
        signal: AbortSignal.timeout(timeoutMs),
      });
      const bytes = new Uint8Array(await response.body.arrayBuffer());
      const named = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
      return { status: response.statusCode, headers: Object.fromEntries(named), body: bytes };
    } catch (cause) {
      throw outboundError(cause, answerMaxBytes);
    }
  }

  return {
    exchange,
    postJson: (url, body, options) => post(url, JSON.stringify(body), "application/json", options),
    postText: (url, body, options) => post(url, body, "text/plain; charset=utf-8", options),
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.close()));
    },
  };
}

function outboundError(cause: unknown, answerMaxBytes: number): OutboundError {
  if (cause instanceof OutboundError) return cause;
  const { name, code, message } = cause as Error & { code?: string };
  if (name === "TimeoutError" || name === "AbortError")
    return new OutboundError("TIMEOUT", "no answer in time", { cause });
  if (code === "UND_ERR_RES_EXCEEDED_MAX_SIZE")
    return new OutboundError("ANSWER_TOO_LARGE", `the answer is over ${answerMaxBytes} bytes`, { cause });
  return new OutboundError("UNREACHABLE", message, { cause });
}

function refusedAddress(address: string): OutboundError {
  return new OutboundError("ADDRESS_REFUSED", `${address} is a loopback, private or reserved address`);
}

function spkiHash(socket: TLSSocket): string | null {
  const key =
    typeof socket.getPeerX509Certificate === "function"
      ? socket.getPeerX509Certificate()?.publicKey
      : undefined;
  return key
    ? createHash("sha256")
        .update(key.export({ type: "spki", format: "der" }))
        .digest("hex")
    : null;
}

export function isLoopback(address: string): boolean {
  return address === "::1" || (isIP(address) === 4 && address.startsWith("127."));
}

/** Loopback, private, link-local, shared, documentation, multicast, reserved; mapped IPv4 in IPv6 as well. */
export function isPrivate(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return isPrivate(mapped);
  if (isIP(address) === 4) {
    const [a = 0, b = 0, c = 0] = address.split(".").map(Number);
    return (
      a === 0 ||
      a === 10 ||
      a === 127 ||
      (a === 100 && b >= 64 && b < 128) ||
      (a === 169 && b === 254) ||
      (a === 172 && b >= 16 && b < 32) ||
      (a === 192 && (b === 168 || (b === 0 && (c === 0 || c === 2)))) ||
      (a === 198 && (b === 18 || b === 19 || (b === 51 && c === 100))) ||
      (a === 203 && b === 0 && c === 113) ||
      a >= 224
    );
  }
  // Only global unicast (2000::/3) without documentation (2001:db8::/32) and 6to4 or NAT64 of anything.
  const head = address.toLowerCase();
  return !/^[23]/.test(head) || head.startsWith("2001:db8") || head.startsWith("2002:");
}
