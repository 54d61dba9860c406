import { type Instant, instant, type TenantId } from "@guildhall/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  appendAct,
  appendBatch,
  appendLocked,
  type Batch,
  type Db,
  ensureReceiptPartitions,
  findIdempotencyKey,
  type Heads,
  latestCheckpoint,
  openDb,
  readHeads,
  readLeaves,
  sealGap,
  storeSeal,
  takeHeads,
  withTenant,
} from "../src/index.ts";
import {
  type Draft,
  HOLD,
  headsAfter,
  historyFaults,
  newReceiptId,
  sealAt,
  sequence,
  sequenceAct,
  sha256,
} from "./stand-in-writer.ts";
import {
  adminUrl,
  inTenant,
  openPool,
  refusalOf,
  startTestHall,
  type TestHall,
  undone,
} from "./test-hall.ts";

/** The ledger as its writers meet it. One log for the whole file: each test begins where the one before left it. */

let hall: TestHall;
let anna: TenantId;
let boris: TenantId;

beforeAll(async () => {
  hall = await startTestHall();
  anna = await hall.addTenant();
  boris = await hall.addTenant();
});
afterAll(() => hall?.stop());

const heads = (): Promise<Heads> => readHeads(hall.db.ledger, [anna, boris]);

async function append(...drafts: Draft[]): Promise<Batch> {
  const batch = sequence(await heads(), drafts);
  expect(await appendBatch(hall.db.ledger, batch)).toBe("appended");
  return batch;
}

/** Everything that is stored, table by table, but what a seal writes. */
async function stored(but: readonly string[] = []): Promise<Map<string, string>> {
  const tables = await hall.admin.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
     AND (c.relnamespace IN ('hall'::regnamespace, 'ledger'::regnamespace) OR c.oid = 'queue.job'::regclass)`,
  );
  const contents = new Map<string, string>();
  for (const { name } of tables.rows) {
    if (but.includes(name)) continue;
    const { rows } = await hall.admin.query<{ content: string }>(
      `SELECT coalesce(string_agg(t::text, E'\n' ORDER BY t::text), '') AS content FROM ${name} t`,
    );
    contents.set(name, rows[0]!.content);
  }
  return contents;
}
const SEAL_TABLES = ["ledger.seal_head", "ledger.checkpoint", "ledger.receipt_signature"];

describe("a batch", () => {
  it("is appended where everything stands as it was hashed", async () => {
    const before = await heads();
    const batch = sequence(before, [
      { tenantId: anna, payload: '{"a":1}', key: "first" },
      { tenantId: boris },
      { tenantId: anna, startBy: instant(Date.now() + 60_000) },
    ]);
    expect(await appendBatch(hall.db.ledger, batch)).toBe("appended");
    expect(await heads()).toEqual(headsAfter(before, batch));
    const leaves = await readLeaves(hall.db.ledger, before.log.treeSize, 10);
    expect(leaves.map(({ hash }) => hash)).toEqual(batch.entries.map(({ hash }) => hash));
    expect(await findIdempotencyKey(hall.db.ledger, anna, "first")).toEqual({
      requestDigest: sha256(Buffer.from("first")),
      receiptId: batch.entries[0]!.receiptId,
    });
    expect(await historyFaults(hall.admin)).toEqual([]);
  });

  const moved: [string, (heads: Heads) => Heads][] = [
    ["the log's size", (h) => ({ ...h, log: { ...h.log, treeSize: h.log.treeSize - 1 } })],
    ["the log's right edge", (h) => ({ ...h, log: { ...h.log, frontier: sha256(h.log.frontier) } })],
    ["the log's epoch", (h) => ({ ...h, log: { ...h.log, epoch: h.log.epoch + 1 } })],
    ["a chain's number", (h) => withChain(h, { seq: h.chains.get(boris)!.seq + 1 })],
    ["a chain's hash", (h) => withChain(h, { hash: sha256(Buffer.from("another")) })],
    ["a chain's epoch", (h) => withChain(h, { epoch: h.chains.get(boris)!.epoch + 1 })],
    [
      "a chain that is not there",
      (h) => {
        const nobody = "00000000-0000-4000-8000-00000000dead" as TenantId;
        const chains = new Map(h.chains).set(nobody, {
          tenantId: nobody,
          seq: 0,
          hash: Buffer.alloc(0),
          epoch: 0,
        });
        return { ...h, chains };
      },
    ],
  ];

  it.each(moved)(
    "is lost and leaves nothing but its seal where it was hashed with another value of %s",
    async (_, move) => {
      await append({ tenantId: anna }, { tenantId: boris });
      const { treeSize } = await sealGap(hall.db.ledger);
      await storeSeal(hall.db.ledger, sealAt(treeSize - 1));
      const before = await stored(SEAL_TABLES);
      const expected = move(await heads());
      const drafts = [...expected.chains.keys()].map((tenantId) => ({
        tenantId,
        key: "never",
        payload: "{}",
        expiresAt: instant(Date.now() + 60_000),
      }));
      const batch = sequence(expected, drafts, sealAt(treeSize));
      expect(await appendBatch(hall.db.ledger, batch)).toBe("lost");
      expect(await stored(SEAL_TABLES)).toEqual(before);
      expect(await latestCheckpoint(hall.db.ledger)).toEqual({ treeSize, note: `checkpoint of ${treeSize}` });

      // Nothing else stood in its way.
      expect(await appendBatch(hall.db.ledger, sequence(await heads(), [{ tenantId: boris }]))).toBe(
        "appended",
      );
    },
  );

  it("with an idempotency key that is taken writes nothing at all, not even its seal", async () => {
    await append({ tenantId: anna, key: "taken" });
    const { treeSize } = await sealGap(hall.db.ledger);
    const before = await stored();
    const drafts = [
      { tenantId: boris, expiresAt: instant(Date.now() + 60_000) },
      { tenantId: anna, key: "taken", payload: "{}" },
    ];
    const seal = sealAt(treeSize, [{ leafIndex: 0, tenantId: anna, signature: Buffer.alloc(64) }]);
    expect(await appendBatch(hall.db.ledger, sequence(await heads(), drafts, seal))).toBe("duplicate_key");
    expect(await stored()).toEqual(before);
  });

  it("may carry a key that another tenant uses", async () => {
    await append({ tenantId: anna, key: "common" });
    await append({ tenantId: boris, key: "common" });
  });

  it("with a receipt id that is stored already is an accident, not an answer", async () => {
    const receiptId = newReceiptId();
    await append({ tenantId: anna, receiptId });
    const again = sequence(await heads(), [{ tenantId: boris, receiptId }]);
    expect(await refusalOf(appendBatch(hall.db.ledger, again))).toMatch(/^23505 .*receipt_id_index_pkey/);
  });

  function withChain(h: Heads, change: object): Heads {
    return { ...h, chains: new Map(h.chains).set(boris, { ...h.chains.get(boris)!, ...change }) };
  }
});

describe("a decision that waits for a human", () => {
  const expiresAt = instant(Date.now() + 60_000);
  const pending = (tenant: TenantId, ids: readonly string[]) =>
    withTenant(hall.db, tenant, (tx) => tx.pendingApproval.findMany({ where: { id: { in: [...ids] } } }));

  it("is on its tenant's list from the moment its receipt is stored, as it was asked, and no other is", async () => {
    const { entries } = await append(
      { tenantId: anna, expiresAt },
      { tenantId: anna },
      { tenantId: boris, expiresAt },
    );
    const ids = entries.map((entry) => entry.receiptId);
    for (const [tenant, held] of [
      [anna, entries[0]!],
      [boris, entries[2]!],
    ] as const)
      expect(await pending(tenant, ids)).toEqual([
        {
          tenantId: tenant,
          id: held.receiptId,
          leafIndex: BigInt(held.leafIndex),
          state: "pending",
          ...HOLD,
          decidedAt: new Date(HOLD.decidedAt),
          expiresAt: new Date(expiresAt),
        },
      ]);
  });

  it("keeps what is not known of it unknown", async () => {
    const batch = sequence(await heads(), [{ tenantId: anna, expiresAt }]);
    const unknown = { capabilityId: null, workerId: null, env: null, dataLabel: null, blastScore: null };
    const [entry] = batch.entries;
    const hold = { ...entry!.hold!, ...unknown, askedBy: [] };
    await appendBatch(hall.db.ledger, { ...batch, entries: [{ ...entry!, hold }] });
    expect(await pending(anna, [entry!.receiptId])).toMatchObject([{ ...unknown, askedBy: [] }]);
  });

  it("is on no list where its batch lost, and on it once the batch is numbered anew", async () => {
    const stale = await heads();
    await append({ tenantId: anna });
    const drafts = [{ tenantId: anna, receiptId: newReceiptId(), expiresAt }];
    const ids = drafts.map((draft) => draft.receiptId);
    expect(await appendBatch(hall.db.ledger, sequence(stale, drafts))).toBe("lost");
    expect(await pending(anna, ids)).toEqual([]);
    const work = { tenants: [anna], keys: () => [], sequence: (now: Heads) => sequence(now, drafts) };
    await appendLocked(hall.db.ledger, work);
    expect(await pending(anna, ids)).toHaveLength(1);
  });
});

describe("a batch that lost", () => {
  it("is numbered anew behind what another instance wrote, and its keys are claimed", async () => {
    const stale = await heads();
    await append({ tenantId: anna }, { tenantId: anna });
    const drafts = [{ tenantId: anna, key: "late", receiptId: newReceiptId() }];
    expect(await appendBatch(hall.db.ledger, sequence(stale, drafts))).toBe("lost");

    const committed = await appendLocked(hall.db.ledger, {
      tenants: [anna],
      keys: () => drafts.map((d) => ({ ...d, requestDigest: sha256(Buffer.from(d.key)) })),
      sequence(now, taken) {
        expect(taken.size).toBe(0);
        return sequence(now, drafts);
      },
    });
    expect(committed?.entries[0]).toMatchObject({
      leafIndex: stale.log.treeSize + 2,
      seq: stale.chains.get(anna)!.seq + 2,
    });
    expect((await findIdempotencyKey(hall.db.ledger, anna, "late"))?.receiptId).toBe(drafts[0]!.receiptId);
    expect(await historyFaults(hall.admin)).toEqual([]);
  });

  it("drops those whose key was claimed meanwhile and keeps the rest", async () => {
    const winner = newReceiptId();
    await append({ tenantId: anna, key: "race", receiptId: winner });
    const drafts = [
      { tenantId: anna, key: "race", receiptId: newReceiptId() },
      { tenantId: boris, key: "race", receiptId: newReceiptId() },
    ];
    const committed = await appendLocked(hall.db.ledger, {
      tenants: [anna, boris],
      keys: () => drafts.map((d) => ({ ...d, requestDigest: sha256(Buffer.from(d.key)) })),
      sequence(now, taken) {
        expect([...taken]).toEqual([`${anna}/race`]);
        return sequence(
          now,
          drafts.filter((d) => !taken.has(`${d.tenantId}/${d.key}`)),
        );
      },
    });
    expect(committed?.entries.map((entry) => entry.receiptId)).toEqual([drafts[1]!.receiptId]);
    expect((await findIdempotencyKey(hall.db.ledger, anna, "race"))?.receiptId).toBe(winner);
  });

  it("gives a key that it carries twice to the first of the two", async () => {
    const [first, second] = [newReceiptId(), newReceiptId()];
    const key = { tenantId: anna, key: "twice", requestDigest: sha256(Buffer.alloc(0)) };
    await appendLocked(hall.db.ledger, {
      tenants: [anna],
      keys: () => [
        { ...key, receiptId: first },
        { ...key, receiptId: second },
      ],
      sequence: (now) => sequence(now, [{ tenantId: anna, receiptId: first, key: key.key }]),
    });
    expect((await findIdempotencyKey(hall.db.ledger, anna, "twice"))?.receiptId).toBe(first);
  });

  it("leaves no trace where nothing of it stays, and frees the log", async () => {
    const before = await stored();
    const work = {
      tenants: [anna],
      keys: () => [
        { tenantId: anna, key: "dropped", requestDigest: sha256(Buffer.alloc(0)), receiptId: newReceiptId() },
      ],
      sequence: () => null,
    };
    expect(await appendLocked(hall.db.ledger, work)).toBeNull();
    expect(await stored()).toEqual(before);
    await append({ tenantId: anna });
  });

  it("leaves no trace where its writer fails halfway, and frees the log", async () => {
    const before = await stored();
    const work = {
      tenants: [anna],
      keys: () => [],
      sequence(): Batch {
        throw new Error("the writer stumbles");
      },
    };
    await expect(appendLocked(hall.db.ledger, work)).rejects.toThrow("the writer stumbles");
    expect(await stored()).toEqual(before);
    await append({ tenantId: anna });
  });
});

describe("an administrative act", () => {
  it.each([
    ["none", 0, 0],
    ["tenant", 1, 0],
    ["hall", 0, 1],
  ] as const)(
    "with fence %s raises the chain's epoch by %i and the log's by %i",
    async (fence, chain, log) => {
      const before = await heads();
      const decided = sequence(before, [{ tenantId: anna }]);
      await act(anna, fence);
      const after = await heads();
      expect(after.chains.get(anna)!.epoch - before.chains.get(anna)!.epoch).toBe(chain);
      expect(after.log.epoch - before.log.epoch).toBe(log);
      // What was hashed before the act finds the heads moved, whatever the fence.
      expect(await appendBatch(hall.db.ledger, decided)).toBe("lost");
      expect(await historyFaults(hall.admin)).toEqual([]);
    },
  );

  it("that was numbered from heads which have moved is refused and rolled back", async () => {
    const stale = await heads();
    await append({ tenantId: boris });
    const late = withTenant(hall.db, anna, (tx) => appendAct(tx, sequenceAct(stale, anna)));
    expect(await refusalOf(late)).toBe("40001 append: the log has moved on");
    const forked = withTenant(hall.db, boris, async (tx) => {
      const now = await takeHeads(tx, boris);
      return appendAct(tx, sequenceAct({ log: now.log, chains: stale.chains }, boris));
    });
    expect(await refusalOf(forked)).toBe("40001 append: the chain has moved on");
    expect(await historyFaults(hall.admin)).toEqual([]);
  });

  it("with a fence that nobody knows is refused", async () => {
    const now = await heads();
    const odd = { ...sequenceAct(now, anna), fence: "everywhere" as "none" };
    const attempt = withTenant(hall.db, anna, (tx) => appendAct(tx, odd));
    expect(await refusalOf(attempt)).toBe("22023 append: unknown fence everywhere");
  });
});

function act(tenant: TenantId, fence: "none" | "tenant" | "hall" = "none"): Promise<void> {
  return withTenant(hall.db, tenant, async (tx) => {
    const { log, chain } = await takeHeads(tx, tenant);
    await appendAct(tx, sequenceAct({ log, chains: new Map([[tenant, chain]]) }, tenant, fence));
  });
}

describe("a seal", () => {
  it("is stored where it is larger, and a smaller one later stores no checkpoint and no job", async () => {
    await append({ tenantId: anna, startBy: soon() }, { tenantId: anna });
    const { treeSize } = await sealGap(hall.db.ledger);
    expect(await storeSeal(hall.db.ledger, sealAt(treeSize))).toBe(true);
    expect(await sealGap(hall.db.ledger)).toMatchObject({ treeSize, sealedSize: treeSize });
    const before = await stored();
    for (const size of [treeSize, treeSize - 1])
      expect(await storeSeal(hall.db.ledger, { ...sealAt(size), note: "another" })).toBe(false);
    expect(await stored()).toEqual(before);
  });

  it("keeps the signatures that it brings, even where a larger one was stored before it", async () => {
    const { entries } = await append({ tenantId: anna }, { tenantId: anna });
    const { treeSize } = await sealGap(hall.db.ledger);
    const signatures = entries.map(({ leafIndex, tenantId }) => ({
      leafIndex,
      tenantId,
      signature: Buffer.alloc(64, 1),
    }));
    await storeSeal(hall.db.ledger, sealAt(treeSize));
    expect(await storeSeal(hall.db.ledger, sealAt(treeSize - 1, signatures))).toBe(false);
    const { rows } = await hall.admin.query(
      "SELECT 1 FROM ledger.receipt_signature WHERE leaf_index = ANY ($1)",
      [entries.map((entry) => entry.leafIndex)],
    );
    expect(rows).toHaveLength(2);
  });

  it("starts exactly the work that it newly covers, whoever sequenced it", async () => {
    const other = openDb(hall.db.urls);
    try {
      const before = await sealGap(hall.db.ledger);
      await storeSeal(hall.db.ledger, sealAt(before.treeSize));
      await hall.admin.query("DELETE FROM queue.job");
      const mine = await append({ tenantId: anna, startBy: soon() }, { tenantId: boris });
      const theirs = sequence(await heads(), [{ tenantId: boris, startBy: soon() }]);
      expect(await appendBatch(other.ledger, theirs)).toBe("appended");
      const later = await append({ tenantId: boris, startBy: soon() });

      await storeSeal(other.ledger, sealAt(theirs.next.treeSize));
      const first = [mine.entries[0]!, theirs.entries[0]!].map(asJob);
      expect(await jobs()).toEqual(first);

      // The next seal travels with a batch, and starts the rest but nothing of that batch itself.
      const next = sequence(
        await heads(),
        [{ tenantId: anna, startBy: soon() }],
        sealAt(later.next.treeSize),
      );
      expect(await appendBatch(hall.db.ledger, next)).toBe("appended");
      const second = [...first, asJob(later.entries[0]!)];
      expect(await jobs()).toEqual(second);

      await storeSeal(hall.db.ledger, sealAt(next.next.treeSize));
      expect(await jobs()).toEqual([...second, asJob(next.entries[0]!)]);
    } finally {
      await other.close();
    }
  });

  it("closes work whose start-by time has passed instead of starting it", async () => {
    await hall.admin.query("DELETE FROM queue.job");
    const { entries, next } = await append(
      { tenantId: anna, startBy: instant(Date.now() - 1000) },
      { tenantId: anna, startBy: soon() },
    );
    await storeSeal(hall.db.ledger, sealAt(next.treeSize));
    expect(await jobs()).toEqual([{ ...asJob(entries[0]!), name: "dispatch-abort" }, asJob(entries[1]!)]);
  });

  it("starts each piece of work once, however many instances seal at the same time", async () => {
    const instances = [openDb(hall.db.urls), openDb(hall.db.urls)];
    try {
      await hall.admin.query("DELETE FROM queue.job");
      const drafts = Array.from({ length: 12 }, () => ({ tenantId: anna, startBy: soon() }));
      const { entries, next } = await append(...drafts);
      const sizes = entries.map((entry) => entry.leafIndex + 1);
      const storedOnes = await Promise.all(
        [...sizes, ...sizes].map((size, i) => storeSeal(instances[i % 2]!.ledger, sealAt(size))),
      );
      expect(storedOnes).toContain(true);
      expect((await sealGap(hall.db.ledger)).sealedSize).toBe(next.treeSize);
      expect(await jobs()).toEqual(entries.map(asJob));
    } finally {
      await Promise.all(instances.map((db) => db.close()));
    }
  });

  function soon(): Instant {
    return instant(Date.now() + 60_000);
  }

  /** Jobs in the order of the log, as hall-api will read them: ids only. */
  async function jobs() {
    const { rows } = await hall.admin.query(
      `SELECT j.name, j.id, j.data FROM queue.job j JOIN hall.dispatch d ON d.id = j.id ORDER BY d.leaf_index`,
    );
    return rows;
  }

  function asJob(entry: { receiptId: string; tenantId: string }) {
    const { receiptId: id, tenantId } = entry;
    return { name: "dispatch", id, data: { tenant_id: tenantId, dispatch_id: id } };
  }
});

describe("a stored receipt", () => {
  it("is the bytes that were hashed: a body with another hash is refused, and its batch with it", async () => {
    const batch = sequence(await heads(), [{ tenantId: anna }, { tenantId: boris }]);
    const forged = { ...batch.entries[1]!, body: Buffer.from('{"another":"body"}') };
    const before = await stored();
    const attempt = appendBatch(hall.db.ledger, { ...batch, entries: [batch.entries[0]!, forged] });
    expect(await refusalOf(attempt)).toMatch(/^23514 .*receipt_hash_is_of_body/);
    expect(await stored()).toEqual(before);
    const act = { ...sequenceAct(await heads(), anna), body: Buffer.from("{}") };
    expect(await refusalOf(withTenant(hall.db, anna, (tx) => appendAct(tx, act)))).toMatch(
      /^23514 .*receipt_hash_is_of_body/,
    );
  });

  it.each(["app", "ledger", "operator", "jobs"] as const)(
    "cannot be changed, removed or hidden by role %s",
    async (role) => {
      const client = await hall.as(role);
      const statements = [
        "UPDATE ledger.receipt SET body = ''",
        "UPDATE ledger.receipt SET tenant_id = tenant_id",
        "DELETE FROM ledger.receipt",
        "TRUNCATE ledger.receipt",
        "DELETE FROM ledger.receipt_000000",
        "ALTER TABLE ledger.receipt DETACH PARTITION ledger.receipt_000000",
        "DROP TABLE ledger.receipt_000000",
        "UPDATE ledger.chain_position SET leaf_index = 0",
        "DELETE FROM ledger.chain_position",
        "DELETE FROM ledger.receipt_id_index",
        "DELETE FROM ledger.receipt_signature",
        "UPDATE ledger.receipt_signature SET signature = signature",
        "UPDATE ledger.log_leaf SET receipt_hash = receipt_hash",
        "DELETE FROM ledger.log_leaf",
        "DELETE FROM ledger.checkpoint",
        "UPDATE ledger.checkpoint SET note = ''",
        "DELETE FROM ledger.idempotency_key",
      ];
      for (const statement of statements) {
        const attempt = inTenant(client, anna, () => client.query(statement));
        expect(await refusalOf(attempt), statement).toMatch(/^42501 /);
      }
    },
  );
});

describe("the receipts' partitions", () => {
  it("are made ahead, so that a batch across their border is appended like any other", async () => {
    const db = openDb(await hall.server.createDatabase());
    const admin = openPool(adminUrl(hall.server, db.urls.owner));
    try {
      const { log } = await readHeads(db.ledger, []);
      const chains = new Map([[boris, { tenantId: boris, seq: 0, hash: Buffer.alloc(0), epoch: 0 }]]);
      await admin.query("INSERT INTO ledger.chain_head (tenant_id) VALUES ($1)", [boris]);
      await admin.query("UPDATE ledger.log_head SET tree_size = 999998");
      const drafts = Array.from({ length: 4 }, () => ({ tenantId: boris }));
      const batch = sequence({ log: { ...log, treeSize: 999_998 }, chains }, drafts);
      expect(await appendBatch(db.ledger, batch)).toBe("appended");
      const { rows } = await admin.query(
        "SELECT tableoid::regclass::text AS partition, count(*)::int FROM ledger.receipt GROUP BY 1 ORDER BY 1",
      );
      expect(rows).toEqual([
        { partition: "ledger.receipt_000000", count: 2 },
        { partition: "ledger.receipt_000001", count: 2 },
      ]);

      // Beyond what is made ahead nothing can be written, until it is made; several instances may make it at once.
      await admin.query("UPDATE ledger.log_head SET tree_size = 1999999");
      const now = headsAfter({ log: { ...log, treeSize: 999_998 }, chains }, batch);
      const next = sequence({ ...now, log: { ...now.log, treeSize: 1_999_999 } }, drafts);
      expect(await refusalOf(appendBatch(db.ledger, next))).toMatch(
        /^23514 no partition of relation "receipt"/,
      );
      await Promise.all([1, 2, 3, 4].map(() => ensureReceiptPartitions(db.ledger, 1_999_999)));
      expect(await appendBatch(db.ledger, next)).toBe("appended");
      await ensureReceiptPartitions(db.ledger, 1_999_999);
    } finally {
      await Promise.all([db.close(), admin.end()]);
    }
  });
});

describe("writers that work at the same time", () => {
  const ROUNDS = 20;

  it("leave one history, without a gap and without a fork", async () => {
    const instances = [openDb(hall.db.urls), openDb(hall.db.urls)];
    try {
      const start = await heads();
      const acts = async () => {
        for (let round = 0; round < ROUNDS; round++) await act(round % 2 ? anna : boris, "tenant");
      };
      const [first, second] = await Promise.all([...instances.map((db) => write(db, start)), acts()]);
      // Both began with the same heads, so somebody lost.
      expect(first! + second!).toBeGreaterThan(0);
      expect(await historyFaults(hall.admin)).toEqual([]);
      expect((await heads()).log.treeSize).toBe(start.log.treeSize + 2 * ROUNDS * 2 + ROUNDS);
    } finally {
      await Promise.all(instances.map((db) => db.close()));
    }
  });

  /** One instance that trusts its cached heads until it loses. @returns how often it lost */
  async function write(db: Db, start: Heads): Promise<number> {
    const drafts = [{ tenantId: anna }, { tenantId: boris }];
    let known = start;
    let lost = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const batch = sequence(known, drafts);
      if ((await appendBatch(db.ledger, batch)) === "appended") {
        known = headsAfter(known, batch);
        continue;
      }
      lost++;
      const committed = await appendLocked(db.ledger, {
        tenants: [anna, boris],
        keys: () => [],
        sequence(now) {
          known = now;
          return sequence(now, drafts);
        },
      });
      known = headsAfter(known, committed!);
    }
    return lost;
  }

  it.each([
    ["a gap", "DELETE FROM ledger.receipt WHERE leaf_index = 3", "leaf 3 is missing"],
    ["a fork", "UPDATE ledger.chain_head SET head_hash = '\\x00' WHERE seq > 0", "is not its last entry's"],
    [
      "a lost index",
      "DELETE FROM ledger.chain_position WHERE leaf_index = 3",
      "leaf 3 is not indexed as it is stored",
    ],
    [
      "a lost tail",
      "UPDATE ledger.log_head SET tree_size = tree_size + 1",
      "the log's head is not its last entry's",
    ],
  ])("would be found out after %s", async (_, breakage, fault) => {
    const admin = await hall.admin.connect();
    try {
      const faults = await undone(admin, async () => {
        await admin.query(breakage);
        return historyFaults(admin);
      });
      expect(faults.join("\n")).toContain(fault);
    } finally {
      admin.release();
    }
  });
});
