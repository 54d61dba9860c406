import { HallError, readStrictJson } from "@guildhall/protocol";
import type { FastifyInstance } from "fastify";

declare module "fastify" {
  interface FastifyRequest {
    /** The bytes of a JSON body as they came. */
    rawBody: Uint8Array | null;
  }
}

/** A body is at most 256 kB and a string outside `request` at most 16 kB (ARCHITECTURE 6, limits). */
export const BODY_MAX_BYTES = 256 * 1024;

/**
 * JSON bodies are read strictly, from the very bytes that came. Nothing else is a body: a form or plain text
 * would let a browser send one without asking (H-015), and compression would hide its size (H-010).
 */
export function registerJsonBody(app: FastifyInstance): void {
  app.decorateRequest("rawBody", null);
  app.removeAllContentTypeParsers();
  app.addHook("onRequest", ({ headers }, _, done) => {
    const plain = (headers["content-encoding"] ?? "identity") === "identity";
    done(plain ? undefined : new HallError("UNSUPPORTED_MEDIA_TYPE"));
  });
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body, done) => {
    const bytes = body as Buffer;
    if (bytes.length === 0 && request.routeOptions.config.wire?.emptyBody) return done(null, undefined);
    request.rawBody = bytes;
    try {
      done(null, readStrictJson(bytes, { maxKeys: 1000 }));
    } catch (error) {
      done(error as Error);
    }
  });
}
