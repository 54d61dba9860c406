#!/usr/bin/env node
// Its own package by name: source in the workspace, JavaScript in what npm installs. The source needs a Node that
// strips types, and an older one would answer with a stack trace.
import { createRequire } from "node:module";

const [major, minor] = process.versions.node.split(".").map(Number);
const isSource = createRequire(import.meta.url)
  .resolve("@guildhall/cli")
  .endsWith(".ts");
if (isSource && (major < 22 || (major === 22 && minor < 18))) {
  process.stderr.write(
    `hall runs here on the Node that the project brings, and this is ${process.version}. Type: npx hall ${process.argv.slice(2).join(" ")}\n`,
  );
  process.exit(2);
}
await import("@guildhall/cli");
