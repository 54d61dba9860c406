import { HallError } from "@guildhall/protocol";
import * as oauth from "oauth4webapi";
import { OutboundError } from "../outbound.ts";

/** Why a provider was not believed, or could not be asked: by the step at which it showed. */
export class ProviderError extends Error {
  override name = "ProviderError";
  readonly step: ProviderStep;

  constructor(step: ProviderStep, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.step = step;
  }
}

export type ProviderStep = "address" | "reach" | "discovery" | "answer" | "token" | "id_token" | "userinfo";

/** What a person is told of it: the step and the reason, cut; nothing of a token. */
export function refusalOf(error: ProviderError): HallError {
  const isUnusable = error.step === "address" || error.step === "reach" || error.step === "discovery";
  const detail = { step: error.step, reason: error.message.slice(0, 200) };
  return new HallError(isUnusable ? "SSO_PROVIDER_UNUSABLE" : "SSO_REFUSED", { detail, cause: error });
}

/** @throws ProviderError for whatever a provider does wrong within `work`; an accident of ours stays one */
export async function namingStep<T>(step: ProviderStep, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    const cause = error instanceof Error && error.cause instanceof OutboundError ? error.cause : error;
    if (cause instanceof OutboundError) throw new ProviderError("reach", cause.code, { cause });
    if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError) {
      // What the token endpoint answers is read together with the token.
      const where = step === "id_token" ? "token" : step;
      throw new ProviderError(where, `the provider answers ${error.error}`, { cause: error });
    }
    if (
      error instanceof oauth.OperationProcessingError ||
      error instanceof oauth.UnsupportedOperationError ||
      error instanceof oauth.WWWAuthenticateChallengeError ||
      error instanceof SyntaxError
    )
      throw new ProviderError(step, error.message, { cause: error });
    throw error;
  }
}
