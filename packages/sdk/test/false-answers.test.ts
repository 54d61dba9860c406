import { createHash } from "node:crypto";
import { buildLog, sampleOutcome, sampleReceiptId } from "@guildhall/attestation/testing";
import { canonicalBody, type StrictJson } from "@guildhall/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HallClient, type RouteRequest } from "../src/index.ts";
import { type HallStandIn, INPUT, type Json, openHall } from "./hall-stand-in.ts";

/** What somebody between the Hall and its caller, or a Hall that lies, could answer. None of it gets through. */

let hall: HallStandIn;
let client: HallClient;
beforeEach(async () => {
  hall = await openHall();
  client = new HallClient({ url: hall.url, apiKey: "hall_key_test", verifierKey: hall.key });
});
afterEach(() => hall.close());

type Change = (answer: Json) => void | Promise<void>;

function refusal(code: string, field?: string) {
  return {
    code: "RECEIPT_INVALID",
    verdict: { ok: false, code, ...(field !== undefined && { field, failed: "answer" }) },
  };
}

async function expectRefused(ask: () => Promise<unknown>, change: Change, expected: object): Promise<void> {
  hall.tamper = async (answer) => {
    await change(answer);
    return answer;
  };
  await expect(ask()).rejects.toMatchObject(expected);
}

describe("an answer that says other than its receipt", () => {
  const changes: [name: string, field: string, change: Change][] = [
    ["another decision", "decision_id", set("decision_id", sampleReceiptId(9))],
    ["a denial where there was none", "denied", set("denied", true)],
    ["no word of denial at all", "denied", unset("denied")],
    ["a denial as text", "denied", set("denied", "false")],
    ["a hold where there was none", "outcome", set("outcome", "STEWARD_HOLD")],
    ["a reason to deny", "deny_reason_if_denied", set("deny_reason_if_denied", "DENY_QUOTA")],
    ["a code to deny", "deny_reason_if_denied.code", set("deny_reason_if_denied", { code: "DENY_QUOTA" })],
    ["another deny code", "deny_code", set("deny_code", "DENY_QUOTA")],
    ["another capability", "capability_id", set("capability_id", "cap.doc.delete")],
    ["another correlation", "correlation_id", set("correlation_id", "corr-2")],
    ["another tenant", "tenant_id", set("tenant_id", "tenant-2")],
    ["another worker", "selected_worker_id", set("selected_worker_id", "org.evil.summarizer.i-1")],
    ["no worker", "selected_worker_id", set("selected_worker_id", null)],
    ["another worker by its other name", "worker_id", set("worker_id", "org.evil.summarizer.i-1")],
    ["another species", "selected_worker_species_id", set("selected_worker_species_id", "wrk.doc.other")],
    ["another rule", "matched_rule_id", set("matched_rule_id", "rr_other")],
    ["another blast score", "blast_score", set("blast_score", 0)],
    ["another verdict on privileges", "privilege_envelope_ok", set("privilege_envelope_ok", false)],
    ["controls nobody verified", "controls_applied", set("controls_applied", ["ctrl.obs.all"])],
    ["controls nobody required", "required_controls_effective", set("required_controls_effective", [])],
    ["another policy", "policy_version", set("policy_version", "policy.v9")],
    ["a dry run where there was none", "dry_run", set("dry_run", true)],
  ];
  it.each(changes)("is refused: %s", (_, field, change) =>
    expectRefused(() => client.route(INPUT), change, refusal("ANSWER_DIFFERS", field)),
  );

  const denials: [name: string, field: string, change: Change][] = [
    ["allowed", "denied", set("denied", false)],
    ["allowed, awaiting a human", "denied", all(set("denied", false), set("supervisor_required", true))],
    ["dispatched", "outcome", set("outcome", "DISPATCH")],
    ["without a reason", "deny_reason_if_denied.code", set("deny_reason_if_denied", null)],
    ["for another reason", "deny_reason_if_denied.code", set("deny_reason_if_denied.code", "DENY_STANDING")],
    ["in other words", "deny_reason_if_denied.message", set("deny_reason_if_denied.message", "Try again.")],
    ["with a worker", "selected_worker_id", set("selected_worker_id", "org.acme.summarizer.i-1")],
  ];
  it.each(denials)("is refused: a denial told as %s", (_, field, change) => {
    hall.decides = { outcome: "DENY", code: "DENY_QUOTA" };
    return expectRefused(() => client.route(INPUT), change, refusal("ANSWER_DIFFERS", field));
  });

  it("is refused: a hold told as allowed, with no word of the human", () => {
    hall.decides = { outcome: "HOLD", code: "DENY_REQUIRES_HUMAN" };
    const change = set("denied", false);
    return expectRefused(() => client.route(INPUT), change, refusal("ANSWER_DIFFERS", "denied"));
  });
});

describe("a receipt that is not genuine", () => {
  const changes: [name: string, code: string, change: Change][] = [
    ["none", "SEAL_MALFORMED", unset("receipt")],
    ["null", "RECEIPT_MALFORMED", set("receipt", null)],
    ["no seal", "SEAL_MALFORMED", unset("seal")],
    ["an empty seal", "SEAL_MALFORMED", set("seal", {})],
    ["one word changed", "HASH_MISMATCH", set("receipt.policy_decision", "DENY")],
    ["one field more", "HASH_MISMATCH", set("receipt.note", "hello")],
    ["one field less", "HASH_MISMATCH", unset("receipt.decision.inputs.env")],
    ["one digit changed, deep inside", "HASH_MISMATCH", set("receipt.decision.blast.score", 11)],
    ["another hash", "HASH_MISMATCH", set("receipt.receipt_hash", "0".repeat(64))],
    ["changed and hashed anew", "SIGNATURE_INVALID", all(set("receipt.tenant_id", "tenant-2"), rehash)],
    [
      "changed, hashed anew and without its signature",
      "ROOT_MISMATCH",
      all(set("receipt.tenant_id", "tenant-2"), rehash, set("receipt.signature", null)),
    ],
    ["another place in the log", "HASH_MISMATCH", set("receipt.leaf_index", 7)],
    ["another proof", "PROOF_LENGTH_WRONG", set("seal.inclusion_proof", [`${"A".repeat(43)}=`])],
    [
      "a checkpoint with one line more",
      "NOTE_SIGNATURE_INVALID",
      edit("seal.checkpoint", /\n\n/, "\nmore\n\n"),
    ],
    ["a checkpoint without its signature", "NOTE_MALFORMED", edit("seal.checkpoint", /\n— .*\n/, "\n")],
    ["a later format", "SPEC_VERSION_UNKNOWN", set("receipt.spec_version", "wcp-0.3/receipt-9")],
  ];
  it.each(changes)("is refused: %s (%s)", (_, code, change) =>
    expectRefused(() => client.route(INPUT), change, refusal(code)),
  );

  it("is refused: one byte changed, at each of 100 places of receipt and seal", async () => {
    const { receipt, seal } = await client.route(INPUT);
    const text = JSON.stringify({ receipt, seal });
    const answerWith = (text: string) => {
      hall.instead = (response) => response.writeHead(200).end(text);
    };
    answerWith(text);
    await expect(client.getReceipt(receipt.receipt_id)).resolves.toMatchObject({ receipt });
    for (let i = 0; i < 100; i++) {
      const at = Math.floor((text.length * i) / 100);
      const changed = text.slice(0, at) + (text[at] === "1" ? "2" : "1") + text.slice(at + 1);
      answerWith(changed);
      const code = expect.stringMatching(/^(?:RECEIPT_INVALID|ANSWER_MALFORMED)$/);
      await expect(
        client.getReceipt(receipt.receipt_id),
        changed.slice(at - 20, at + 20),
      ).rejects.toMatchObject({ code });
    }
  });

  it("is refused: sealed in the same words by another Hall's key", async () => {
    const { bodies, origin } = hall;
    const change: Change = async (answer) => {
      const forged = await buildLog(bodies.length, { origin, body: (index) => bodies[index]! });
      Object.assign(answer, JSON.parse(JSON.stringify(await forged.seal(bodies.length - 1))));
    };
    await expectRefused(() => client.route(INPUT), change, refusal("SIGNATURE_INVALID"));
    const unsigned: Change = async (answer) => {
      const forged = await buildLog(bodies.length, {
        origin,
        isSigningReceipts: false,
        body: (index) => bodies[index]!,
      });
      Object.assign(answer, JSON.parse(JSON.stringify(await forged.seal(bodies.length - 1))));
    };
    await expectRefused(() => client.route(INPUT), unsigned, refusal("NOTE_KEY_UNKNOWN"));
  });

  it("is refused: genuine, of another Hall", async () => {
    const other = await openHall("other.example.org/log");
    const client = new HallClient({ url: other.url, apiKey: "k", verifierKey: hall.key });
    await expect(client.route(INPUT)).rejects.toMatchObject({ code: "RECEIPT_INVALID" });
    await other.close();
  });
});

describe("a genuine receipt in the wrong place", () => {
  /** Another decision of the same Hall, with the answer rewritten to agree with it. */
  async function instead(other: Partial<RouteRequest>): Promise<Change> {
    const answer = await client.route({ ...INPUT, ...other });
    return (honest) => {
      for (const key of Object.keys(honest)) delete honest[key];
      Object.assign(honest, JSON.parse(JSON.stringify(answer)));
    };
  }

  const others: [field: string, other: Partial<RouteRequest>][] = [
    ["inputs.correlation_id", { correlation_id: "corr-9" }],
    ["inputs.tenant_id", { tenant_id: "tenant-9" }],
    ["inputs.capability_id", { capability_id: "cap.doc.read" }],
    ["inputs.env", { env: "dev" }],
    ["inputs.data_label", { data_label: "PUBLIC" }],
    ["inputs.tenant_risk", { tenant_risk: "high" }],
    ["inputs.qos_class", { qos_class: "P3" }],
    ["inputs.policy_version", { policy_version: "policy.v1" }],
    ["inputs.dry_run", { dry_run: true }],
    ["inputs.blast_score", { blast_score: 3 }],
    ["inputs.request_facts", { request: { text: "Harmless." } }],
    ["inputs.tenant_credential_present", { tenant_credential: "token" }],
  ];
  it.each(others)("is refused: the answer to another question (%s)", async (field, other) => {
    const change = await instead(other);
    await expectRefused(() => client.route(INPUT), change, refusal("ANSWER_DIFFERS", field));
  });

  it("is refused: an ALLOW of a request that no Hall can read", async () => {
    hall.decides = { outcome: "ALLOW", code: null };
    await expect(client.route({ ...INPUT, env: "moon" as "prod" })).rejects.toMatchObject(
      refusal("ANSWER_DIFFERS", "policy_decision"),
    );
  });

  it("is refused: the answer to the same question, asked before", async () => {
    const change = await instead({});
    const again = () => client.route(INPUT);
    await expectRefused(again, change, refusal("ANSWER_DIFFERS", "receipt.leaf_index"));
  });

  it("is refused: an answer to a route whose receipt starts work", async () => {
    const answer = await client.dispatch(INPUT);
    const stranger = new HallClient({ url: hall.url, apiKey: "k", verifierKey: hall.key });
    hall.tamper = () => ({ ...JSON.parse(JSON.stringify(answer)), outcome: "DISPATCH" });
    await expect(stranger.route(INPUT)).rejects.toMatchObject(
      refusal("ANSWER_DIFFERS", "receipt.dispatched_at"),
    );
  });

  it("is refused: a receipt of another kind as a decision", async () => {
    const { outcome_receipt: outcome } = await client.dispatch(INPUT);
    const change: Change = (answer) => {
      Object.assign(answer, JSON.parse(JSON.stringify(outcome)));
    };
    await expectRefused(() => client.route(INPUT), change, refusal("ANSWER_DIFFERS", "kind"));
  });

  it("is refused: another receipt than the one asked for", async () => {
    const first = await client.route(INPUT);
    const second = await client.route(INPUT);
    hall.tamper = () => hall.sealed(1);
    await expect(client.getReceipt(first.decision_id)).rejects.toMatchObject(
      refusal("ANSWER_DIFFERS", "receipt_id"),
    );
    await expect(client.getReceipt(second.decision_id)).resolves.toBeDefined();
  });
});

describe("a Hall that contradicts itself under its own seal", () => {
  const changes: [field: string, alter: HallStandIn["alter"]][] = [
    ["decision.outcome", (body) => ({ ...body, decision: { ...body.decision, outcome: "DENY" } })],
    ["selected", (body) => ({ ...body, worker_id: null })],
    [
      "policy_decision",
      (body) => {
        const outcome = "PERHAPS" as "ALLOW";
        return { ...body, policy_decision: outcome, decision: { ...body.decision, outcome } };
      },
    ],
    ["decision", (body) => ({ ...body, decision: [] as unknown as typeof body.decision })],
    ["inputs", (body) => ({ ...body, decision: { ...body.decision, inputs: null as unknown as { a: 1 } } })],
    [
      "inputs.env",
      (body) => {
        const { env: _env, ...inputs } = body.decision.inputs;
        return { ...body, decision: { ...body.decision, inputs } };
      },
    ],
    ["tenant_id", (body) => ({ ...body, tenant_id: null })],
  ];
  it.each(changes)("is refused: %s", async (field, alter) => {
    hall.alter = alter;
    // What it seals it also says.
    hall.tamper = (answer) => {
      const { worker_id = null, tenant_id = null } = answer.receipt as Json;
      return { ...answer, selected_worker_id: worker_id, worker_id, tenant_id };
    };
    await expect(client.route(INPUT)).rejects.toMatchObject(refusal("ANSWER_DIFFERS", field));
  });

  it("is refused: work that a hold starts", async () => {
    hall.decides = { outcome: "HOLD", code: "DENY_REQUIRES_HUMAN" };
    hall.ends = "running";
    hall.alter = (body) => ({ ...body, dispatched_at: body.decided_at });
    await expect(client.dispatch(INPUT)).rejects.toMatchObject(refusal("ANSWER_DIFFERS", "policy_decision"));
  });
});

describe("a dispatch that is told otherwise than it was", () => {
  const changes: [name: string, expected: object, change: Change][] = [
    ["hidden", refusal("ANSWER_DIFFERS", "dispatch"), set("dispatch", null)],
    ["as another", refusal("ANSWER_DIFFERS", "dispatch.id"), set("dispatch.id", sampleReceiptId(5))],
    ["as failed", refusal("ANSWER_DIFFERS", "dispatch.state"), set("dispatch.state", "failed")],
    ["as dead", refusal("ANSWER_DIFFERS", "dispatch.state"), set("dispatch.state", "dead_lettered")],
    ["as going on", refusal("ANSWER_DIFFERS", "dispatch.state"), set("dispatch.state", "running")],
    ["for a reason", refusal("ANSWER_DIFFERS", "dispatch.reason"), set("dispatch.reason", "TIMEOUT")],
    [
      "by another worker",
      refusal("ANSWER_DIFFERS", "dispatch.worker_id"),
      set("dispatch.worker_id", "org.e.w"),
    ],
    ["without its receipt", { code: "ANSWER_MALFORMED" }, set("outcome_receipt", null)],
    ["with words for a receipt", { code: "ANSWER_MALFORMED" }, set("outcome_receipt", ["succeeded"])],
    ["in no known state", { code: "ANSWER_MALFORMED" }, set("dispatch.state", "toString")],
    ["with text for attempts", { code: "ANSWER_MALFORMED" }, set("dispatch.attempts", "1")],
    ["as text", { code: "ANSWER_MALFORMED" }, set("dispatch", "running")],
    ["with a changed receipt", refusal("HASH_MISMATCH"), set("outcome_receipt.receipt.status", "failed")],
    [
      "with the decision's own receipt as its end",
      refusal("ANSWER_DIFFERS", "outcome.kind"),
      (answer) => {
        answer.outcome_receipt = { receipt: answer.receipt!, seal: answer.seal! };
      },
    ],
  ];
  it.each(changes)("is refused: %s", (_, expected, change) =>
    expectRefused(() => client.dispatch(INPUT), change, expected),
  );

  it("is refused: with the end of another dispatch", async () => {
    const { outcome_receipt: outcome } = await client.dispatch(INPUT);
    const change = set("outcome_receipt", JSON.parse(JSON.stringify(outcome)));
    const expected = refusal("ANSWER_DIFFERS", "outcome.decision_id");
    await expectRefused(() => client.dispatch(INPUT), change, expected);
    const id = (await hall.sealed(2)).receipt as Json;
    await expectRefused(() => client.getDispatch(String(id.receipt_id)), change, expected);
  });

  it("is refused: with a result that its receipt does not know of", async () => {
    hall.ends = "failed";
    const change = set("result", { summary: "Made up." });
    await expectRefused(() => client.dispatch(INPUT), change, refusal("ANSWER_DIFFERS", "result"));
  });

  it("is refused: ended without a receipt, also where nothing came of it", async () => {
    hall.ends = "failed";
    await expectRefused(() => client.dispatch(INPUT), set("outcome_receipt", null), {
      code: "ANSWER_MALFORMED",
    });
  });

  it("is refused: ended before it was decided", async () => {
    hall.ends = "running";
    hall.bodies.push(sampleOutcome(9, { decision_id: sampleReceiptId(1) }));
    await expect(client.dispatch(INPUT)).rejects.toMatchObject(
      refusal("ANSWER_DIFFERS", "outcome.leaf_index"),
    );
  });

  it("is refused: with a result while it goes on", async () => {
    hall.ends = "running";
    const change = set("result", { summary: "Made up." });
    await expectRefused(() => client.dispatch(INPUT), change, { code: "ANSWER_MALFORMED" });
  });

  it("is refused: started though denied, and with anything of a denied one", async () => {
    hall.decides = { outcome: "DENY", code: "DENY_QUOTA" };
    const dispatch = { id: sampleReceiptId(0), state: "running", attempts: 1, reason: null };
    const expected = (field: string) => refusal("ANSWER_DIFFERS", field);
    const ask = () => client.dispatch(INPUT);
    await expectRefused(ask, set("dispatch", dispatch), expected("dispatch"));
    await expectRefused(ask, set("result", { summary: "Made up." }), expected("result"));
    const closing = { receipt: {}, seal: {} };
    await expectRefused(ask, set("outcome_receipt", closing), expected("outcome_receipt"));
  });

  it("is refused: by a worker, or in a chain, that the decision does not name", async () => {
    const push = hall.bodies.push.bind(hall.bodies);
    for (const [field, other] of [
      ["outcome.worker_id", { worker_id: "org.evil.summarizer.i-1" }],
      ["outcome.chain", { chain: "5f0c7c1e-6d0b-4b57-9a3e-1b0c8f3f7a11" }],
    ] as const) {
      hall.bodies.push = (...bodies) =>
        push(
          ...bodies.map((body) => (body.kind === "outcome" ? ({ ...body, ...other } as typeof body) : body)),
        );
      await expect(client.dispatch(INPUT)).rejects.toMatchObject(refusal("ANSWER_DIFFERS", field));
    }
  });

  it("gets its attempts from the receipt", async () => {
    hall.tamper = (answer) => ({ ...answer, dispatch: { ...(answer.dispatch as Json), attempts: 7 } });
    expect(await client.dispatch(INPUT)).toMatchObject({ dispatch: { attempts: 1 } });
  });

  it("is refused: another one than was asked for", async () => {
    const { decision_id: id } = await client.dispatch(INPUT);
    hall.tamper = (answer) => ({
      ...answer,
      dispatch: { ...(answer.dispatch as Json), id: sampleReceiptId(5) },
    });
    await expect(client.getDispatch(id)).rejects.toMatchObject({ code: "ANSWER_MALFORMED" });
    hall.tamper = (answer) => ({ ...answer, dispatch: null });
    await expect(client.getDispatch(id)).rejects.toMatchObject({ code: "ANSWER_MALFORMED" });
  });
});

/** `set("receipt.decision.blast", null)`: the field at the end of the path. */
function set(path: string, value: StrictJson): Change {
  return (answer) => {
    const { parent, last } = follow(answer, path);
    parent[last] = value;
  };
}

function unset(path: string): Change {
  return (answer) => {
    const { parent, last } = follow(answer, path);
    delete parent[last];
  };
}

function edit(path: string, from: RegExp, to: string): Change {
  return (answer) => {
    const { parent, last } = follow(answer, path);
    parent[last] = String(parent[last]).replace(from, to);
  };
}

function all(...changes: Change[]): Change {
  return async (answer) => {
    for (const change of changes) await change(answer);
  };
}

/** As an attacker without the key would: the hash is right again, the seal is not. */
const rehash: Change = (answer) => {
  const receipt = answer.receipt as Json;
  const { receipt_hash: _hash, signature: _signature, ...body } = receipt;
  receipt.receipt_hash = createHash("sha256").update(canonicalBody(body)).digest("hex");
};

function follow(answer: Json, path: string): { parent: Json; last: string } {
  const steps = path.split(".");
  const last = steps.pop()!;
  return { parent: steps.reduce((object, step) => object[step] as Json, answer), last };
}
