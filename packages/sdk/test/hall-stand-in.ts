import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { commit } from "@guildhall/attestation";
import {
  buildLog,
  type MemoryLog,
  sampleDecision,
  sampleOutcome,
  sampleReceiptId,
  sampleTime,
  throwAwaySigner,
  type UnsequencedDecision,
} from "@guildhall/attestation/testing";
import {
  DENY_CODES,
  type DenyCode,
  type Outcome,
  RouteInput,
  type StrictJson,
  type UnsequencedBody,
} from "@guildhall/protocol";
import type { RouteRequest } from "../src/index.ts";
import { type GrantOfficeStandIn, openGrantOffice } from "./grant-stand-in.ts";

/** A Hall over HTTP whose receipts are real: sealed by the code that seals, with a key of its own. */
export interface HallStandIn {
  url: string;
  origin: string;
  /** Its vkey. */
  key: string;
  /** What it was asked, oldest first. */
  requests: Asked[];
  decides: { outcome: Outcome; code: DenyCode | null };
  /** How work ends. */
  ends: "succeeded" | "failed" | "running";
  /** Changes a decision before it is sealed: a Hall that contradicts itself. */
  alter: (body: UnsequencedDecision) => UnsequencedDecision;
  /** Changes an answer on its way out. */
  tamper: (answer: Json) => Json | Promise<Json>;
  /** Answers in the Hall's place. */
  instead: ((response: ServerResponse, asked: Asked) => void) | null;
  grants: GrantOfficeStandIn;
  bodies: UnsequencedBody[];
  log(): Promise<MemoryLog>;
  /** A sealed receipt as the wire carries it. */
  sealed(index: number): Promise<Json>;
  close(): Promise<void>;
}

export interface Asked {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  text: string;
}

export type Json = { [field: string]: StrictJson };

/** A question that any test may ask, whole or with changes. */
export const INPUT: RouteRequest = {
  capability_id: "cap.doc.summarize",
  env: "prod",
  data_label: "INTERNAL",
  tenant_risk: "low",
  qos_class: "P2",
  tenant_id: "tenant-1",
  correlation_id: "corr-1",
  request: { text: "Long text.", writes: "yes" },
};

const SALT = Buffer.alloc(16, 7);

export async function openHall(origin = "hall.example.org/log"): Promise<HallStandIn> {
  const signer = throwAwaySigner();
  const grants = await openGrantOffice(origin);
  const key = (await buildLog(0, { signer, origin })).key;
  const bodies: UnsequencedBody[] = [];
  const log = () => buildLog(bodies.length, { signer, origin, body: (index) => bodies[index]! });
  const sealed = async (index: number) => toJson(await (await log()).seal(index));

  const hall: HallStandIn = {
    url: "",
    origin,
    key,
    requests: [],
    decides: { outcome: "ALLOW", code: null },
    ends: "succeeded",
    alter: (body) => body,
    tamper: (answer) => answer,
    instead: null,
    grants,
    bodies,
    log,
    sealed,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  async function answer(asked: Asked): Promise<{ status: number; body: Json }> {
    const { method, path, text } = asked;
    const [, id = ""] = /^\/wcp\/(?:dispatches|receipts)\/([^/]+)$/.exec(path) ?? [];
    switch (`${method} ${id === "" ? path : path.replace(id, ":id")}`) {
      case "POST /wcp/route":
        return ok(await decided(text, false));
      case "POST /wcp/dispatch": {
        const body = await decided(text, true);
        const isOpen = body.dispatch !== null && body.outcome_receipt === null;
        return { status: isOpen ? 202 : 200, body };
      }
      case "GET /wcp/dispatches/:id":
        return ok(await ending(id));
      case "GET /wcp/receipts/:id":
        return ok(await sealed(indexOf(id)));
      case "GET /.well-known/hall.json":
        return ok({ origin, verifier_key: key, signer: "software file", spec_version: "wcp-0.2/receipt-1" });
      case "GET /.well-known/jwks.json":
        return ok({ keys: grants.keys() });
      case "POST /wcp/grants/redeem":
        return grants.redeem(text);
      case "POST /enroll": {
        const { worker_id = null } = JSON.parse(text) as Json;
        return { status: 201, body: { enrolled: true, worker_id, artifact_hash_verified: true } };
      }
      default:
        if (method !== "PUT")
          return { status: 404, body: { error: "There is no such thing here.", code: "NOT_FOUND" } };
        return ok({ worker_id: decodeURIComponent(path.split("/")[3]!), version: 1, digest: "d1" });
    }
  }

  async function decided(text: string, isDispatch: boolean): Promise<Json> {
    const body = hall.alter(decisionBody(JSON.parse(text), bodies.length, hall.decides, isDispatch));
    bodies.push(body);
    const { decision } = body;
    const { selected, deny } = decision;
    const answer: Json = toJson({
      decision_id: body.receipt_id,
      timestamp: body.decided_at,
      outcome: { ALLOW: "DISPATCH", DENY: "DENY", HOLD: "STEWARD_HOLD" }[decision.outcome],
      denied: decision.outcome !== "ALLOW",
      deny_reason_if_denied: deny && { code: deny.code, message: deny.message, ...deny.details },
      deny_code: deny?.code ?? null,
      correlation_id: body.correlation_id,
      tenant_id: body.tenant_id,
      capability_id: body.capability_id,
      matched_rule_id: decision.matched_rule_id,
      selected_worker_species_id: selected?.worker_species_id ?? null,
      selected_worker_id: selected?.worker_id ?? null,
      worker_id: selected?.worker_id ?? null,
      controls_applied: decision.controls_verified,
      required_controls_effective: decision.required_controls,
      blast_score: decision.blast?.score ?? null,
      privilege_envelope_ok: decision.privilege_envelope_ok,
      policy_version: decision.policy_version,
      dry_run: decision.dry_run,
      warnings: [],
    });
    const index = bodies.length - 1;
    if (!isDispatch) return { ...answer, ...(await sealed(index)) };
    const runs = body.dispatched_at !== null;
    if (runs && hall.ends !== "running") bodies.push(outcomeBody(index, hall.ends));
    const end = runs
      ? await ending(body.receipt_id)
      : { dispatch: null, result: null, outcome_receipt: null };
    return { ...answer, ...(await sealed(index)), ...end };
  }

  async function ending(id: string): Promise<Json> {
    const index = bodies.findIndex((body) => body.kind === "outcome" && body.decision_id === id);
    const closing = bodies[index];
    if (closing?.kind !== "outcome")
      return {
        dispatch: { id, state: "running", attempts: 1, reason: null },
        result: null,
        outcome_receipt: null,
      };
    const { status: state, attempts, reason, worker_id } = closing;
    return {
      dispatch: { id, state, attempts, reason, worker_id },
      result: closing.result_hash === null ? null : { summary: "Short." },
      outcome_receipt: await sealed(index),
    };
  }

  function indexOf(id: string): number {
    return bodies.findIndex((body) => body.receipt_id === id.toLowerCase());
  }

  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const { method = "", url = "", headers } = request;
    const asked = { method, path: url, headers, text };
    hall.requests.push(asked);
    if (hall.instead) {
      hall.instead(response, asked);
      return;
    }
    const { status, body } = await answer(asked);
    // Of its keys it tells nothing: the test that wants a history has a real Hall.
    const isHistory = url === "/.well-known/hall-keys.json";
    sendJson(response, status, isHistory ? body : await hall.tamper(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  hall.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return hall;
}

export function sendJson(response: ServerResponse, status: number, body: Json, headers = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

/** What a Hall writes down for this request: in the very words of the engine and of hall-api. */
function decisionBody(
  asked: { [field: string]: unknown },
  number: number,
  { outcome, code }: HallStandIn["decides"],
  isDispatch: boolean,
): UnsequencedDecision {
  const sample = sampleDecision(number);
  const read = RouteInput.safeParse(asked);
  const isAllowed = outcome === "ALLOW";
  const input = read.success ? read.data : null;
  const runs = isDispatch && isAllowed && input?.dry_run === false;
  const deny = code && { code, message: DENY_CODES[code].sentence, details: {} };
  return {
    ...sample,
    tenant_id: input?.tenant_id || null,
    correlation_id: input?.correlation_id || null,
    capability_id: input?.capability_id ?? null,
    worker_id: isAllowed ? sample.worker_id : null,
    policy_decision: outcome,
    artifact_hash: commit(input?.request ?? asked, SALT),
    dispatched_at: runs ? sample.decided_at : null,
    start_by: runs ? sampleTime(number, 5000) : null,
    decision: {
      ...sample.decision,
      outcome,
      deny,
      selected: isAllowed ? sample.decision.selected : null,
      dry_run: input?.dry_run ?? false,
      inputs: input
        ? {
            blast_score: input.blast_score ?? null,
            capability_id: input.capability_id,
            correlation_id: input.correlation_id,
            data_label: input.data_label,
            dry_run: input.dry_run,
            env: input.env,
            policy_version: input.policy_version,
            qos_class: input.qos_class,
            request_facts: ["egress", "external_call", "mutates_state", "writes"].filter(
              (name) => input.request[name],
            ),
            snapshot_version: 4,
            tenant_credential_present: typeof input.tenant_credential === "string",
            tenant_id: input.tenant_id,
            tenant_risk: input.tenant_risk,
          }
        : { problems: [{ path: "env", expected: "one of dev, stage, prod, edge" }] },
    },
  };
}

function outcomeBody(decision: number, status: "succeeded" | "failed"): UnsequencedBody {
  return sampleOutcome(decision + 1, {
    decision_id: sampleReceiptId(decision),
    status,
    ...(status === "failed" && { reason: "WORKER_ERROR", result_hash: null }),
  });
}

function ok(body: Json): { status: number; body: Json } {
  return { status: 200, body };
}

export function toJson(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
