import type { ControlId } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { missingControls, requiredControls } from "./check-controls.ts";

const ids = (...names: string[]) => names as ControlId[];
const worker = (required: ControlId[], held: ControlId[] = []) => ({
  requiredControls: required,
  implements: new Set(held),
});

describe("the controls that are required", () => {
  it("are the rule's own list where the record asks for nothing beside it", () => {
    const floor = ids("ctrl.a.a", "ctrl.b.b", "ctrl.c.c");
    expect(requiredControls(floor, worker([]))).toBe(floor);
    expect(requiredControls(floor, worker(ids("ctrl.a.a", "ctrl.c.c")))).toBe(floor);
  });

  it("are both together, sorted and each once, where it does", () => {
    expect(requiredControls(ids("ctrl.b.b"), worker(ids("ctrl.a.a", "ctrl.b.b", "ctrl.c.c")))).toEqual(
      ids("ctrl.a.a", "ctrl.b.b", "ctrl.c.c"),
    );
  });

  it("are missing where this worker does not implement them", () => {
    expect(missingControls(worker(ids("ctrl.a.a"), ids("ctrl.b.b")), ids("ctrl.b.b", "ctrl.c.c"))).toEqual(
      ids("ctrl.a.a", "ctrl.c.c"),
    );
  });
});
