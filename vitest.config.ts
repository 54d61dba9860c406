import { mergeConfig } from "vitest/config";
import base from "./vitest.base.ts";

/** The house's own tests: what must hold of the tree as a whole. Packages have theirs. */
export default mergeConfig(base, { test: { include: ["test/**/*.test.ts"] } });
