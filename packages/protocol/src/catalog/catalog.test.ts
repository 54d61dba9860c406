import { describe, expect, it } from "vitest";
import { canonicalId } from "../ids.ts";
import { WorkerRecord } from "../worker-record.ts";
import { CATALOG, catalogStatus, catalogWarnings } from "./catalog.ts";
import { CATALOG_TOMBSTONES } from "./tombstones.ts";

const PREFIX = {
  capability: "cap",
  worker_species: "wrk",
  control: "ctrl",
  profile: "prof",
  policy: "pol",
} as const;
const idsOf = (type: string) => CATALOG.filter((one) => one.type === type).map(({ id }) => id);

describe("the catalog", () => {
  it("has each id once, in canonical form and under the prefix of its kind", () => {
    expect(new Set(CATALOG.map(({ id }) => id)).size).toBe(CATALOG.length);
    for (const { id, type } of CATALOG) expect(canonicalId(PREFIX[type], id), id).toBe(id);
    for (const type of Object.keys(PREFIX)) expect(idsOf(type).length, type).toBeGreaterThan(3);
  });

  it("names nothing that it does not have", () => {
    const [capabilities, controls] = [new Set(idsOf("capability")), new Set(idsOf("control"))];
    for (const { id, serves_capabilities = [], required_controls = [] } of CATALOG) {
      expect(
        serves_capabilities.filter((one) => !capabilities.has(one)),
        id,
      ).toEqual([]);
      expect(
        required_controls.filter((one) => !controls.has(one)),
        id,
      ).toEqual([]);
    }
  });

  it("has a species for every capability", () => {
    const served = new Set(CATALOG.flatMap(({ serves_capabilities = [] }) => serves_capabilities));
    expect(idsOf("capability").filter((id) => !served.has(id))).toEqual([]);
  });

  it("says of each in a sentence what it is", () => {
    for (const { id, description } of CATALOG) expect(description, id).toMatch(/^[A-Z].*\.$/s);
  });

  it("never lists what it has buried, and names a successor that it lists", () => {
    for (const [id, { supersededBy, deprecatedIn, sunsetIn }] of Object.entries(CATALOG_TOMBSTONES)) {
      expect(catalogStatus(id), id).toBe("deprecated");
      if (supersededBy !== null) expect(catalogStatus(supersededBy), id).toBe("listed");
      expect(deprecatedIn < sunsetIn, id).toBe(true);
    }
  });
});

it("a record is told what of it the catalog does not list, where it stands, and what takes its place", () => {
  const record = WorkerRecord.parse({
    worker_id: "org.acme.worker",
    worker_species_id: "wrk.doc.summarizer",
    capabilities: ["cap.doc.summarize", "cap.acme.own", "cap.ml.embed"],
    currently_implements: ["ctrl.obs.audit_log_append_only", "ctrl.acme.own"],
    artifact_hash: `sha256:${"0".repeat(64)}`,
  });
  expect(catalogWarnings(record)).toEqual([
    { path: "capabilities.1", id: "cap.acme.own", says: "not in this Hall's catalog" },
    {
      path: "capabilities.2",
      id: "cap.ml.embed",
      says: "deprecated, not to be served from catalog 0.2.0 on; use cap.model.embed",
    },
    { path: "currently_implements.1", id: "ctrl.acme.own", says: "not in this Hall's catalog" },
  ]);
});
