import { expect, it } from "vitest";
import { cutMiddle } from "./cut.ts";

it("keeps both ends of an id, and an id that is short enough whole", () => {
  expect(cutMiddle(`sha256:${"0123456789abcdef".repeat(4)}`)).toBe("sha256:0123…cdef");
  expect(cutMiddle("sha256:01234567")).toBe("sha256:01234567");
  expect(cutMiddle("")).toBe("");
});
