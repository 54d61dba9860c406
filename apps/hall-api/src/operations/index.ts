import { list as listCapabilities } from "./capability/list.ts";
import { get as getDecision } from "./decision/get.ts";
import { list as listDecisions } from "./decision/list.ts";
import { route } from "./decision/route.ts";
import { getDispatch } from "./dispatch/get.ts";
import { startDispatch } from "./dispatch/start.ts";
import { redeem } from "./grant/redeem.ts";
import { compliance } from "./hall/compliance.ts";
import { health } from "./hall/health.ts";
import { identity } from "./hall/identity.ts";
import { jwks } from "./hall/jwks.ts";
import { create as createKey } from "./key/create.ts";
import { list as listKeys } from "./key/list.ts";
import { revoke as revokeKey } from "./key/revoke.ts";
import { checkpoint } from "./log/checkpoint.ts";
import { getReceipt } from "./receipt/get.ts";
import { proveReceipt } from "./receipt/proof.ts";
import { begin } from "./session/begin.ts";
import { end } from "./session/end.ts";
import { me } from "./session/me.ts";
import { enroll } from "./worker/enroll.ts";
import { list as listWorkers } from "./worker/list.ts";
import { setTransport } from "./worker/set-transport.ts";

/** Every operation of the Hall. Both doors, the OpenAPI document and the lists in the tests come from here. */
export const OPERATIONS = [
  route,
  listDecisions,
  getDecision,
  startDispatch,
  getDispatch,
  redeem,
  getReceipt,
  proveReceipt,
  listCapabilities,
  listWorkers,
  enroll,
  setTransport,
  listKeys,
  createKey,
  revokeKey,
  begin,
  me,
  end,
  checkpoint,
  health,
  compliance,
  identity,
  jwks,
] as const;
