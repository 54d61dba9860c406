import { HALL_ERRORS, HallError, type HallErrorCode, StrictJsonError } from "@guildhall/protocol";
import { ZodError } from "zod";

/** How a refusal looks to a stranger: what is wrong, what to do, and the id that support starts from. */
export interface RefusalBody {
  error: string;
  code: string;
  remedy: string;
  request_id: string;
  [detail: string]: unknown;
}

/** Turns whatever was thrown into a status and a body. What we do not know is a 500 that says nothing of itself. */
export function refusalOf(error: unknown, requestId: string): { status: number; body: RefusalBody } {
  if (error instanceof StrictJsonError)
    return shaped("MALFORMED_JSON", requestId, {
      error: error.message,
      code: error.code,
      at: error.at,
      path: error.path,
    });
  if (error instanceof ZodError) return shaped("INVALID_REQUEST", requestId, { problems: problemsOf(error) });
  if (error instanceof HallError) return shaped(error.code, requestId, error.detail);
  const known = FASTIFY_CODES[(error as { code?: string }).code ?? ""];
  if (known) return shaped(known, requestId, {});
  if (isDatabaseDown(error)) return shaped("LEDGER_UNAVAILABLE", requestId, {});
  return shaped("INTERNAL", requestId, {});
}

export function problemsOf(error: ZodError): { path: string; expected: string }[] {
  return error.issues
    .slice(0, 20)
    .flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys
            .slice(0, 20)
            .map((key) => ({ path: [...issue.path, key].map(String).join("."), expected: "no such field" }))
        : [{ path: issue.path.map(String).join(".") || "$", expected: issue.message }],
    );
}

const FASTIFY_CODES: Record<string, HallErrorCode | undefined> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "BODY_TOO_LARGE",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "UNSUPPORTED_MEDIA_TYPE",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "MALFORMED_JSON",
  FST_ERR_CTP_EMPTY_JSON_BODY: "MALFORMED_JSON",
  FST_ERR_BAD_URL: "NOT_FOUND",
  FST_ERR_MAX_PARAM_LENGTH: "NOT_FOUND",
};

/** Prisma and pg name a lost or refused connection in different places. */
function isDatabaseDown(error: unknown): boolean {
  for (let e: unknown = error, depth = 0; e && depth < 5; e = (e as Error).cause, depth++) {
    const { code, message } = e as { code?: string; message?: string };
    if (code && DOWN_CODES.has(code)) return true;
    if (
      message &&
      /Connection terminated|timeout exceeded when trying to connect|Can't reach database/.test(message)
    )
      return true;
  }
  return false;
}

const DOWN_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "57P01",
  "57P02",
  "57P03",
  "53300",
  "08006",
  "08003",
  "08001",
  "P1001",
  "P1008",
  "P1017",
  "P2024",
  "P2028",
  "DatabaseNotReachable",
  "ConnectionClosed",
]);

function shaped(code: HallErrorCode, requestId: string, detail: Record<string, unknown>) {
  const { status, sentence, remedy, wireCode } = HALL_ERRORS[code] as {
    status: number;
    sentence: string;
    remedy: string;
    wireCode?: string;
  };
  return {
    status,
    body: { error: sentence, code: wireCode ?? code, remedy, request_id: requestId, ...detail },
  };
}
