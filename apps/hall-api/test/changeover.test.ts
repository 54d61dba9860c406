import { keyAt, openToken, verifyKeyHistory, verifyUnderHistory } from "@guildhall/attestation";
import { type SoftHsm, startSoftHsm } from "@guildhall/attestation/testing";
import { listHallKeys } from "@guildhall/db";
import { HallClient, HallClientError } from "@guildhall/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Settings } from "../src/env.ts";
import { enrollAt, request } from "./testing/enrolled-worker.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addTenant, type TestTenant } from "./testing/tenant.ts";

/** What a changeover of the log's key is for those who pinned the key before, wherever the keys live. */

interface Home {
  changes(): Promise<Partial<Settings>>;
  remove(): void;
}

let hsm: SoftHsm | null = null;
const HOMES: Record<string, Home> = {
  "software file": { changes: async () => ({}), remove: () => undefined },
  "software token: SoftHSM v2": {
    async changes() {
      hsm = startSoftHsm(process.env);
      hsm.makeToken("hall");
      const token = await openToken({ uri: hsm.parsed("hall"), pin: hsm.pin });
      await token.generate({ id: Buffer.from("log"), label: "log", algorithm: "ed25519" });
      await token.close();
      return { signer: { kind: "pkcs11", uri: hsm.parsed("hall") } };
    },
    remove: () => hsm?.remove(),
  },
};

describe.each(Object.keys(HOMES))("with the keys in: %s", (name) => {
  const home = HOMES[name]!;
  let house: TestHouse;
  let changes: Partial<Settings>;
  let hall: OpenHall;
  let second: OpenHall;
  let tenant: TestTenant;
  let pinned: string;

  beforeAll(async () => {
    changes = await home.changes();
    house = await openHouse();
    [hall, second] = [await house.open(changes), await house.open(changes)];
    pinned = hall.verifierKey;
    tenant = await addTenant(hall.hall);
    await enrollAt(hall, tenant.key, "http://127.0.0.1:9/nobody");
  });
  afterAll(async () => {
    await house?.close();
    home.remove();
  });

  const clientOf = (of: OpenHall, more: { fetch?: typeof fetch; keyHistory?: readonly unknown[] } = {}) =>
    new HallClient({ url: of.url, apiKey: tenant.key, verifierKey: pinned, ...more });
  const ask = (client: HallClient) => client.route(request(tenant.identity) as never);
  const rotate = async (of: OpenHall) => {
    const rotated = await of.ask<{ verifier_key: string; introduced_key: string }>(
      "POST",
      "/hall/keys/log/rotate",
      { key: of.operatorToken, body: { reason: "yearly" } },
    );
    expect(rotated.status).toBe(200);
    return rotated.body;
  };
  const told = async () =>
    (await hall.ask<{ history: Entry[] }>("GET", "/.well-known/hall-keys.json")).body.history;

  it("a client goes on from the key it pinned to the next, and to the one after, at every instance", async () => {
    const [client, neighbour] = [clientOf(hall), clientOf(second)];
    await ask(client);
    expect(client.keyHistory).toEqual([]);
    const first = await rotate(hall);
    expect(first.verifier_key).not.toBe(pinned);
    for (const one of [client, neighbour, client]) {
      const { receipt, seal } = await ask(one);
      const verdict = await verifyUnderHistory({ receipt, seal }, pinned, one.keyHistory);
      expect(verdict).toMatchObject({ ok: true, receipt: { signing_key_id: first.introduced_key } });
    }
    const next = await rotate(second);
    for (const one of [neighbour, client]) {
      await ask(one);
      expect(await verifyKeyHistory(pinned, one.keyHistory)).toMatchObject({
        ok: true,
        current: { verifierKey: next.verifier_key },
      });
    }
  });

  it("a receipt from before a changeover is still good to a client that followed it", async () => {
    const client = clientOf(hall);
    const before = await ask(client);
    await rotate(second);
    expect((await client.getReceipt(before.receipt.receipt_id)).receipt).toEqual(before.receipt);
  });

  it("and to one that pins the key of after it: the checkpoint seals what an earlier key signed", async () => {
    const before = await ask(clientOf(hall));
    const { verifier_key: verifierKey } = await rotate(hall);
    const late = new HallClient({ url: hall.url, apiKey: tenant.key, verifierKey });
    expect((await late.getReceipt(before.receipt.receipt_id)).receipt).toEqual(before.receipt);
  });

  it("a Hall that starts anew finds every key, and goes on under the newest", async () => {
    const third = await house.open(changes);
    const { receipt } = await ask(clientOf(third));
    expect(receipt.signing_key_id).toBe(third.hall.signer.keyId);
    expect(receipt.signing_module).toContain(name === "software file" ? name : "SoftHSM");
    await third.stop();
  });

  it.runIf(name !== "software file")(
    "every key of the log lies on the token, and can only sign",
    async () => {
      if (hsm === null) throw new Error("there is no token");
      const { keys } = (
        await hall.ask<{ keys: { roles: string[]; spki: string }[] }>("GET", "/.well-known/hall-keys.json")
      ).body;
      const token = await openToken({ uri: hsm.parsed("hall"), pin: hsm.pin });
      try {
        const listed = await token.list();
        const ofTheLog = keys.filter(({ roles }) => roles.includes("log"));
        expect(ofTheLog).toHaveLength(5);
        for (const { spki } of ofTheLog) {
          const key = listed.find((one) => Buffer.from(one.spki).toString("base64") === spki);
          expect(key).toMatchObject({ label: expect.stringMatching(/^log(-[2345])?$/), weaknesses: [] });
        }
      } finally {
        await token.close();
      }
    },
  );

  it.runIf(name !== "software file")(
    "another key under the log's name is not taken for the log's",
    async () => {
      hsm?.makeToken("other");
      const uri = hsm?.parsed("other");
      if (!hsm || !uri) throw new Error("there is no token");
      const token = await openToken({ uri, pin: hsm.pin });
      await token.generate({ id: Buffer.from("log"), label: "log", algorithm: "ed25519" });
      await token.close();
      await expect(house.open({ signer: { kind: "pkcs11", uri } })).rejects.toThrow(
        /was signed with another key than the one on the token other/,
      );
    },
  );

  it("the history is proved once, and again when a key was introduced or retired", async () => {
    const read = async () => {
      const { keys } = await listHallKeys(hall.hall.db);
      return hall.hall.keyHistory.of(keys);
    };
    const before = await read();
    expect(await read()).toBe(before);
    await rotate(second);
    const after = await read();
    expect(after.length).toBe(before.length + 2);
    expect(await read()).toBe(after);
  });

  describe("to a client that pinned an early key, a history is refused", () => {
    const refusedWith = async (
      change: (history: Entry[]) => unknown,
      keyHistory?: readonly unknown[],
    ): Promise<HallClientError> => {
      const client = clientOf(hall, { fetch: telling(change), ...(keyHistory && { keyHistory }) });
      const refused = await ask(client).catch((error: unknown) => error);
      if (!(refused instanceof HallClientError)) throw refused;
      return refused;
    };

    it("cut: without the entry that introduces a key", async () => {
      const at = (await told()).findIndex(
        ({ receipt }, i) => i > 0 && receipt.action === "introduced" && isOfLog(receipt),
      );
      expect(await refusedWith((history) => history.toSpliced(at, 1))).toMatchObject({
        code: "KEY_HISTORY_INVALID",
        detail: { verify_code: "KEY_HISTORY_BROKEN" },
      });
    });

    it("cut: to nothing, so that no key leads to the one that signed", async () => {
      expect(await refusedWith(() => [])).toMatchObject({
        code: "RECEIPT_INVALID",
        verdict: { code: "SIGNATURE_INVALID" },
      });
    });

    it("cut: to less than it followed before, whoever shows it", async () => {
      const kept = await told();
      await rotate(hall);
      expect(await refusedWith((history) => history.slice(0, 3), kept)).toMatchObject({
        code: "KEY_HISTORY_INVALID",
        detail: { verify_code: "KEY_HISTORY_BROKEN" },
      });
    });

    it("forged: a word of an entry", async () => {
      const forged = (history: Entry[]) =>
        JSON.parse(JSON.stringify(history).replace('"yearly"', '"forged"'));
      expect(await refusedWith(forged)).toMatchObject({
        code: "KEY_HISTORY_INVALID",
        detail: { verify_code: "HASH_MISMATCH" },
      });
    });

    it("of another log, or none at all", async () => {
      const named = (history: Entry[]) =>
        history.map(({ receipt, seal }) => ({ seal, receipt: { ...receipt, hall: "other.test/log" } }));
      expect(await refusedWith(named)).toMatchObject({
        code: "KEY_HISTORY_INVALID",
        detail: { verify_code: "ORIGIN_MISMATCH" },
      });
      expect(await refusedWith(() => "nothing")).toMatchObject({ code: "RECEIPT_INVALID" });
    });

    it("and the same history unchanged is followed", async () => {
      const client = clientOf(hall, { fetch: telling((history) => history) });
      expect((await ask(client)).denied).toBe(false);
    });
  });
});

describe("two instances at one changeover", () => {
  // By checkpoint alone: it is the checkpoint that a retired key may not sign.
  const changes = { receiptSignatures: false };
  let house: TestHouse;
  let hall: OpenHall;
  let tenant: TestTenant;
  beforeAll(async () => {
    house = await openHouse();
    hall = await house.open(changes);
    tenant = await addTenant(hall.hall);
  });
  afterAll(() => house?.close());

  /** The first answer of an instance after the other one rotated, judged by whoever follows the log. */
  async function firstAnswerOf(second: OpenHall) {
    const route = async () =>
      (
        await second.ask<{ receipt: object; seal: object }>("POST", "/wcp/route", {
          key: tenant.key,
          body: request(tenant.identity),
        })
      ).body;
    await route();
    const pinned = second.verifierKey;
    await hall.ask("POST", "/hall/keys/log/rotate", { key: hall.operatorToken, body: { reason: "yearly" } });
    const { receipt, seal } = await route();
    const { history } = (await hall.ask<{ history: object[] }>("GET", "/.well-known/hall-keys.json")).body;
    return { pinned, history, verdict: await verifyUnderHistory({ receipt, seal }, pinned, history) };
  }

  it("the one that did not rotate signs with the new key from its first answer on", async () => {
    const { verdict, pinned, history } = await firstAnswerOf(await house.open(changes));
    const followed = await verifyKeyHistory(pinned, history);
    if (!followed.ok || !verdict.ok) throw new Error("the changeover cannot be followed");
    expect(keyAt(followed.keys, verdict.treeSize)).toBe(followed.keys[1]);
  });

  it("negative control: one that does not look at the register signs on with the retired key, and is found out", async () => {
    const stale = await house.open(changes, undefined, {
      wrapKeys: (keys) => ({
        ...keys,
        forTree: (treeSize) => keys.forTree(treeSize, 0),
        forLeaf: (leafIndex) => keys.forLeaf(leafIndex, 0),
        knows: () => true,
        reload: async () => undefined,
      }),
    });
    // The answer, or the very entry that retires the key, if that instance was the first to seal it.
    expect((await firstAnswerOf(stale)).verdict).toMatchObject({
      ok: false,
      code: expect.stringMatching(/^(KEY_RETIRED|NOTE_KEY_UNKNOWN)$/),
    });
  });
});

interface Entry {
  receipt: { action: string; details: { roles: string[] } };
  seal: object;
}

function isOfLog({ details }: Entry["receipt"]): boolean {
  return details.roles.includes("log");
}

/** The Hall as it is, but for the history of its keys, which somebody on the way changes. */
function telling(change: (history: Entry[]) => unknown): typeof fetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    if (!String(url).endsWith("/.well-known/hall-keys.json")) return response;
    const body = (await response.json()) as { history: Entry[] };
    return Response.json({ ...body, history: change(body.history) });
  };
}
