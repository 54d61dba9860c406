import { leadToSource } from "./manifest.ts";

/** Run by npm in a package's folder after it packed it. Safe to run by hand after a pack that broke off. */

await leadToSource(process.cwd());
