/** Why a worker does not work. Nothing was done, and where it was not redeemed the grant is still good. */
export const WORK_REFUSALS = {
  INVALID_REQUEST: refusal(400, "The body is not {grant, salt, request}."),
  MALFORMED_JSON: refusal(400, "The body is not strict JSON."),
  GRANT_MISSING: refusal(401, "A worker works only under a grant of its Hall."),
  GRANT_INVALID: refusal(401, "The grant is not one of this Hall."),
  GRANT_EXPIRED: refusal(401, "The grant has expired."),
  GRANT_FOR_ANOTHER: refusal(403, "The grant is for another worker."),
  REQUEST_NOT_GRANTED: refusal(403, "The grant is for another request."),
  CAPABILITY_NOT_SERVED: refusal(403, "This worker does not serve the capability of the grant."),
  METHOD_NOT_ALLOWED: refusal(405, "Work is given by POST."),
  GRANT_REDEEMED: refusal(409, "The grant was redeemed before; work is not done twice."),
  BODY_TOO_LARGE: refusal(413, "The body is over 1 MB."),
  UNSUPPORTED_MEDIA_TYPE: refusal(415, "The content type is not application/json."),
  HALL_UNAVAILABLE: refusal(503, "The Hall could not be asked about the grant, so nothing was done."),
  SHUTTING_DOWN: refusal(503, "The worker is stopping."),
} as const;

export type WorkRefusalCode = keyof typeof WORK_REFUSALS;

export class WorkRefusal extends Error {
  override readonly name = "WorkRefusal";
  readonly code: WorkRefusalCode;

  constructor(code: WorkRefusalCode, options?: { cause?: unknown }) {
    super(`${code}: ${WORK_REFUSALS[code].sentence}`, options);
    this.code = code;
  }
}

/**
 * Thrown by a handler that will not do what it is asked: the request is wrong, or not its to do. The agent
 * reads `code` and `message`; anything else that a handler throws it does not get to see.
 */
export class WorkDenied extends Error {
  override readonly name = "WorkDenied";
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

function refusal(status: number, sentence: string): { status: number; sentence: string } {
  return { status, sentence };
}
