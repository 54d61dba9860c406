import { HALL_CHAIN } from "@guildhall/protocol";
import type { z } from "zod";
import type { Hall } from "../hall.ts";
import type { AnyCaller, Caller, Operator } from "../identity/caller.ts";
import type { Permission } from "../identity/permissions.ts";

/**
 * One thing the Hall can be asked to do: what goes in, what comes out, who may, and the doing. REST and tRPC
 * are doors to it and decide nothing.
 */
export interface Operation<
  Name extends string = string,
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
> {
  /** `noun.verb`, unique. */
  name: Name;
  /** One sentence for the API's reader. */
  summary: string;
  /** `public` for what strangers may do; `grant` where the input itself carries the credential. */
  permission: Permission | "public" | "grant";
  /** True for what a person does only with a factor that was shown a moment ago: what gives power, binds, or stays done. */
  stepUp?: true;
  input: Input;
  output: Output;
  rest?: RestDoor;
  trpc?: "query" | "mutation";
  /** True where a key without the permission is denied by a decision, with a receipt, and not refused before it. */
  decides?: true;
  run(context: Context<Input>): Promise<z.output<Output>>;
}

export interface RestDoor {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** Fastify's form; `:name` parts are fields of the input, and a last `*name` is the rest of the path. */
  path: string;
  /** The status that a good answer has, unless `run` sets another. */
  status?: number;
  /** Which others `run` may set. */
  also?: readonly number[];
  /** True where `run` reads the header Idempotency-Key. */
  idempotencyKey?: true;
  /** What the API document shows of the body, where the door takes more than it describes. */
  shows?: z.ZodType;
  /** The body's limit, where it is not everybody's. So much is read only of who may ask. */
  bodyMaxBytes?: number;
  /** Statuses with which `run` refuses, beside those that any operation may refuse with. */
  refuses?: readonly number[];
  /** Part of the public servers' wire (contract 8a, 8b), whose clients bring their credential in a cookie too. */
  wire?: WireDoor;
  /** Text or bytes instead of JSON. */
  contentType?: string;
}

export interface WireDoor {
  /** Open to callers on this machine where the setting says so: routes of contract 8a alone. */
  openOnLoopback?: true;
  /** Existing clients send no body, some of them under a content type all the same. */
  emptyBody?: true;
  /** What its clients read of a refusal beside our own fields. */
  refusalFields?: (refusal: { error: string; code: string }) => Record<string, unknown>;
}

export interface Context<Input extends z.ZodType> {
  hall: Hall;
  /** Null where strangers may ask. */
  caller: AnyCaller | null;
  input: z.output<Input>;
  request: RequestFacts;
}

/** What an operation may know of how it was asked. */
export interface RequestFacts {
  id: string;
  /** The body as it came, for operations that hash what was written rather than what was meant. */
  rawBody: Uint8Array | null;
  idempotencyKey: string | null;
  /** The caller's credential, to establish anew who asks. */
  authorization: string | undefined;
  /** Where it came from: the peer's address, or the one that a trusted proxy names. */
  address: string;
  /** Sets another status than the door's. */
  setStatus(status: number): void;
  /** Lets caches keep the answer; without it nobody does. */
  setCacheControl(value: string): void;
  /** Gives the answer's JSON as it is already written, for answers that are made of what is stored. */
  setBytes(json: Buffer): void;
}

/** Declares an operation; the identity function, for its types. */
export function operation<const Name extends string, Input extends z.ZodType, Output extends z.ZodType>(
  declared: Operation<Name, Input, Output>,
): Operation<Name, Input, Output> {
  return declared;
}

/** The caller of an operation that is not public. The doors have established it before `run`. */
export function callerOf({ caller }: { caller: AnyCaller | null }): Caller {
  if (caller?.kind !== "tenant")
    throw new Error("the door let somebody through to an operation of a tenant who is of none");
  return caller;
}

/** Who operates the Hall, where an operation asks for a permission that only they hold. */
export function operatorOf({ caller }: { caller: AnyCaller | null }): Operator {
  if (caller?.kind === "operator") return { actor: caller.actor, sessionId: null };
  if (caller?.tenantId === HALL_CHAIN && caller.credential.kind === "session")
    return { actor: caller.actor, sessionId: caller.credential.id };
  throw new Error("the door let somebody through to an operation of the Hall's operator who is not");
}
