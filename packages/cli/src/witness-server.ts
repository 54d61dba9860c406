import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { addCheckpoint, cosign, type Ed25519Signer, type Witness } from "@guildhall/attestation";
import { UsageError } from "./command.ts";
import type { WitnessKeys } from "./witness-keys.ts";
import type { WitnessState } from "./witness-state.ts";

// The only file that listens. It is loaded by `hall witness serve`, once it does.

export interface ServedWitness {
  url: string;
  /** Settles when it was told to stop, with null; or with what it could not write. */
  ended: Promise<Error | null>;
}

export interface WitnessOptions {
  name: string;
  keys: WitnessKeys;
  memory: WitnessState;
  signer: Ed25519Signer;
  host: string;
  port: number;
}

/** A checkpoint, 63 hashes and 16 signatures are a few kilobytes. */
const BODY_MAX_BYTES = 32_768;

/** @throws UsageError where the address cannot be listened at */
export async function serveWitness(options: WitnessOptions): Promise<ServedWitness> {
  const { name, keys, memory, signer } = options;
  const end = Promise.withResolvers<Error | null>();
  const witness: Witness = {
    logs: keys.logs,
    learn: (origin) => keys.learn(origin),
    head: (origin) => memory.head(origin),
    advance: (...step) => memory.advance(...step),
    cosign: (text) => cosign(signer, name, text, Math.floor(Date.now() / 1000)),
  };
  const server = createServer((request, response) => {
    answer(request, response, witness).catch((error: Error) => {
      // A witness that cannot remember must not go on.
      response.writeHead(500).end();
      end.resolve(error);
    });
  });
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      reject(
        new UsageError(`--listen: ${options.host}:${options.port} cannot be used: ${cause.code}.`, { cause }),
      );
    });
    server.listen(options.port, options.host, resolve);
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => end.resolve(null));
  const { address, port, family } = server.address() as AddressInfo;
  const host = family === "IPv6" ? `[${address}]` : address;
  return {
    url: `http://${host}:${port}`,
    ended: end.promise.finally(() => {
      server.close();
      server.closeAllConnections();
    }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, witness: Witness): Promise<void> {
  if (request.url !== "/add-checkpoint") return void response.writeHead(404).end();
  if (request.method !== "POST") return void response.writeHead(405, { allow: "POST" }).end();
  const body = await readBody(request);
  if (body === null) return void response.writeHead(400, { connection: "close" }).end();
  const answered = await addCheckpoint(body, witness);
  const contentType = "contentType" in answered ? answered.contentType : "text/plain; charset=utf-8";
  response.writeHead(answered.status, { "content-type": contentType }).end(answered.body);
}

/** Null for what no client of the protocol sends: too much, or no UTF-8. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > BODY_MAX_BYTES) return null;
      chunks.push(chunk);
    }
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch {
    return null; // it hung up, or its bytes are no text: an answer either way
  }
}
