import { randomUUID } from "node:crypto";
import { HallError } from "@guildhall/protocol";
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import type { Hall } from "./hall.ts";
import { allowedMethods } from "./http/allowed-methods.ts";
import { BODY_MAX_BYTES, registerJsonBody } from "./http/json-body.ts";
import { refusalOf } from "./http/refusal.ts";
import type { createLog } from "./log.ts";
import { openApiDocument } from "./openapi.ts";
import { registerRest } from "./rest/door.ts";
import { registerTrpc } from "./trpc/door.ts";

/** The HTTP server: both doors over one Hall. It decides nothing. */
export async function createApp(hall: Hall): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: hall.log as ReturnType<typeof createLog>,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_MAX_BYTES,
    trustProxy: hall.settings.trustedProxies.length > 0 && [...hall.settings.trustedProxies],
    requestTimeout: 60_000,
    keepAliveTimeout: 72_000,
    // Whoever sends a byte now and then keeps a connection for ten seconds and no longer (H-114).
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 1000 },
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    // A logger of its own for each request would cost more than most requests log.
    childLoggerFactory: (logger) => logger,
    routerOptions: { maxParamLength: 256 },
    forceCloseConnections: "idle",
    // A path that cannot be read never reaches a route, nor the hooks.
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply),
  }) as unknown as FastifyInstance;
  registerJsonBody(app);
  app.addHook("onRequest", (request, reply, done) => {
    reply.headers({
      "x-request-id": request.id,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    });
    done(isSaidTwice(request.raw.rawHeaders) ? new HallError("UNAUTHENTICATED") : undefined);
  });
  app.setErrorHandler(refuse);
  app.setNotFoundHandler((request, reply) => {
    const allowed = allowedMethods(request.url.split("?", 1)[0] as string);
    if (allowed.length === 0) return refuse(new HallError("NOT_FOUND"), request, reply);
    reply.header("allow", allowed.join(", "));
    // Without the headers by which a browser lets other sites in.
    if (request.method === "OPTIONS") return reply.code(204).send();
    return refuse(new HallError("METHOD_NOT_ALLOWED"), request, reply);
  });
  openApi ??= JSON.stringify(openApiDocument());
  app.get("/openapi.json", async (_, reply) => reply.type("application/json; charset=utf-8").send(openApi));
  registerRest(app, hall);
  await registerTrpc(app, hall);
  return app;
}

/** The same for every Hall of a process, and most of what starting one costs. */
let openApi: string | null = null;

/** Of two credentials Node hands on the first; whoever stands before the Hall may have looked at the second (H-105). */
function isSaidTwice(rawHeaders: readonly string[]): boolean {
  let said = 0;
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]?.length === AUTHORIZATION.length && rawHeaders[at]?.toLowerCase() === AUTHORIZATION)
      said++;
  return said > 1;
}

const AUTHORIZATION = "authorization";

function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, body } = refusalOf(error, request.id);
  if (status >= 500)
    request.log.error(
      { err: error, request_id: request.id, url: request.routeOptions?.url },
      "a request failed",
    );
  if (typeof body.retry_after_seconds === "number") reply.header("retry-after", body.retry_after_seconds);
  reply.code(status).header("x-request-id", request.id).type("application/json; charset=utf-8");
  const wire = request.routeOptions?.config?.wire?.refusalFields?.(body);
  return reply.send(JSON.stringify({ ...body, ...wire }));
}
